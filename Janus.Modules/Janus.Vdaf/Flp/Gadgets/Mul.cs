using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Gadgets;

/// <summary>The product of two inputs: VDAF §A.1 (gadget-mul).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Mul<TField> : Gadget<TField>
    where TField : unmanaged, INttField<TField>
{
    public override int Arity => 2;

    public override int Degree => 2;

    public override TField Eval(ReadOnlySpan<TField> inputs) => inputs[0] * inputs[1];

    public override void EvalPoly(
        WireExtension<TField> extension, ReadOnlySpan<TField> wires, Span<TField> sum, Span<TField> scratch)
    {
        Span<TField> left = scratch[..sum.Length];
        Span<TField> right = scratch.Slice(sum.Length, sum.Length);
        Span<TField> rest = scratch[(2 * sum.Length)..];
        extension.Extend(wires[..extension.WirePolyLength], left, rest);
        extension.Extend(wires[extension.WirePolyLength..], right, rest);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += left[i] * right[i];
        }
    }
}
