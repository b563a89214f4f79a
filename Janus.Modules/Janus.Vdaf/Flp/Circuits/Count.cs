using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>The circuit of Prio3Count, a number that is zero or one: VDAF §7.4.1 (Prio3Count).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Count<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    public override IReadOnlyList<GadgetUse<TField>> Gadgets { get; } = [new(new Mul<TField>(), 1)];

    public override int MeasLength => 1;

    public override int JointRandLength => 0;

    public override int OutputLength => 1;

    public override int EvalOutputLength => 1;

    public override bool OutputIsPrefix => true;

    public override void Encode(Measurement measurement, Span<TField> encoded)
    {
        ulong value = measurement.AsNumber();
        if (value > 1)
        {
            throw new InvalidMeasurementException($"measurement {value} is neither 0 nor 1");
        }

        encoded[0] = TField.FromUInt64(value);
    }

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        gadgets.Inputs(0).Fill(meas[0]);
        output[0] = gadgets.Call(0) - meas[0];
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => meas.CopyTo(output);
}
