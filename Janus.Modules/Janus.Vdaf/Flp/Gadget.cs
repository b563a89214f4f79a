using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>A non-affine part of a validity circuit: VDAF §7.3.2 (flp-bbcggi19-valid).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal abstract class Gadget<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>The number of input wires.</summary>
    public abstract int Arity { get; }

    /// <summary>The arithmetic degree.</summary>
    public abstract int Degree { get; }

    /// <summary>Evaluates the gadget on field elements.</summary>
    public abstract TField Eval(ReadOnlySpan<TField> inputs);

    /// <summary>
    /// Evaluates the gadget on the wire polynomials, and adds the values of the result to <paramref name="sum"/>.
    /// </summary>
    /// <param name="extension">Extends a wire polynomial to as many values as <paramref name="sum"/> holds.</param>
    /// <param name="wires">The wire polynomials, one after the other, in the Lagrange basis.</param>
    /// <param name="sum">The values of the gadget polynomial.</param>
    /// <param name="scratch">Room for three times as many elements as <paramref name="sum"/> holds.</param>
    public abstract void EvalPoly(
        WireExtension<TField> extension, ReadOnlySpan<TField> wires, Span<TField> sum, Span<TField> scratch);
}
