using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>
/// A validity circuit and affine-aggregatable encoding: VDAF §7.3.2 (flp-bbcggi19-valid).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal abstract class Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>The gadgets with their numbers of calls.</summary>
    public abstract IReadOnlyList<GadgetUse<TField>> Gadgets { get; }

    /// <summary>The number of elements of an encoded measurement.</summary>
    public abstract int MeasLength { get; }

    /// <summary>The number of elements of joint randomness; zero if none is used.</summary>
    public abstract int JointRandLength { get; }

    /// <summary>The number of elements of an out share.</summary>
    public abstract int OutputLength { get; }

    /// <summary>The number of elements that <see cref="Eval"/> computes, all zero for a valid measurement.</summary>
    public abstract int EvalOutputLength { get; }

    /// <summary>Encodes a measurement, without branching on its value.</summary>
    /// <exception cref="InvalidMeasurementException">The measurement is not one this circuit accepts.</exception>
    public abstract void Encode(Measurement measurement, Span<TField> encoded);

    /// <summary>Evaluates the circuit on an encoded measurement, or on a share of one.</summary>
    /// <param name="meas">The encoded measurement.</param>
    /// <param name="jointRand">The joint randomness.</param>
    /// <param name="sharesInverse">The inverse of the number of shares.</param>
    /// <param name="gadgets">Records and answers the calls of gadgets.</param>
    /// <param name="output">The output of the circuit.</param>
    public abstract void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
        where TCalls : struct, IGadgetCalls<TField>, allows ref struct;

    /// <summary>
    /// Whether what is aggregated is the beginning of the encoded measurement, so that there is nothing to map.
    /// </summary>
    public virtual bool OutputIsPrefix => false;

    /// <summary>Maps an encoded measurement, or a share of one, to what is aggregated.</summary>
    public abstract void Truncate(ReadOnlySpan<TField> meas, Span<TField> output);
}
