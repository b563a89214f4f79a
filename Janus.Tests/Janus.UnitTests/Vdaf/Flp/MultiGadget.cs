using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.UnitTests.Vdaf.Flp;

/// <summary>A circuit with two gadgets, one fed by the other's output: it is satisfied by zero only.</summary>
internal sealed class MultiGadget<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    public override IReadOnlyList<GadgetUse<TField>> Gadgets { get; } =
        [new(new Mul<TField>(), 1), new(new PolyEval<TField>(0, 1, 0, 0, 1), 2)];

    public override int MeasLength => 1;

    public override int JointRandLength => 0;

    public override int OutputLength => 1;

    public override int EvalOutputLength => 1;

    public override void Encode(Measurement measurement, Span<TField> encoded) => encoded[0] = TField.Zero;

    // x ↦ f(f(x²)) with f(y) = y + y⁴.
    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas, ReadOnlySpan<TField> jointRand, TField sharesInverse, ref TCalls gadgets, Span<TField> output)
    {
        gadgets.Inputs(0).Fill(meas[0]);
        TField square = gadgets.Call(0);
        gadgets.Inputs(1)[0] = square;
        TField once = gadgets.Call(1);
        gadgets.Inputs(1)[0] = once;
        output[0] = gadgets.Call(1);
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => meas.CopyTo(output);
}
