using System.Runtime.CompilerServices;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void EvalPoly(
        WireExtension<TField> extension, ReadOnlySpan<TField> wires, Span<TField> sum, Span<TField> scratch)
    {
        Span<TField> left = scratch[..sum.Length];
        Span<TField> right = scratch.Slice(sum.Length, sum.Length);
        Span<TField> rest = scratch[(2 * sum.Length)..];
        int length = extension.WirePolyLength;
        wires[..length].CopyTo(left);
        for (int i = 0; i < length; i++)
        {
            right[i] = TField.ToFactor(wires[length + i]);
        }

        extension.Extend(left, rest);
        extension.Extend(right, rest);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += TField.Scale(left[i], right[i]);
        }
    }
}
