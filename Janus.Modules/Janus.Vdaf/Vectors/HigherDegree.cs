using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Vectors;

/// <summary>
/// A circuit that exists only in the published vectors, to exercise a gadget of degree three: a number that is zero,
/// one or two.
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class HigherDegree<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    // x·(x − 1)·(x − 2)
    public override IReadOnlyList<GadgetUse<TField>> Gadgets { get; } = [new(new PolyEval<TField>(0, 2, -3, 1), 1)];

    public override int MeasLength => 1;

    public override int JointRandLength => 0;

    public override int OutputLength => 1;

    public override int EvalOutputLength => 1;

    public override void Encode(Measurement measurement, Span<TField> encoded) =>
        encoded[0] = TField.FromUInt64(measurement.AsNumber());

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        gadgets.Inputs(0)[0] = meas[0];
        output[0] = gadgets.Call(0);
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => meas.CopyTo(output);
}
