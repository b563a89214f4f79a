using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>The circuit of Prio3Sum, a number up to a maximum: VDAF §7.4.2 (Prio3Sum).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Sum<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly RangeCheckedInteger<TField> _integer;

    /// <summary>Measurements are in the range 0 … <paramref name="maxMeasurement"/>.</summary>
    public Sum(ulong maxMeasurement)
    {
        _integer = new RangeCheckedInteger<TField>(maxMeasurement);
        Gadgets = [new(new PolyEval<TField>(0, -1, 1), _integer.Bits)];
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets { get; }

    public override int MeasLength => _integer.Bits;

    public override int JointRandLength => 0;

    public override int OutputLength => 1;

    public override int EvalOutputLength => _integer.Bits;

    public override void Encode(Measurement measurement, Span<TField> encoded) => _integer.EncodeNumber(measurement, encoded);

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        for (int i = 0; i < meas.Length; i++)
        {
            gadgets.Inputs(0)[0] = meas[i];
            output[i] = gadgets.Call(0);
        }
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) =>
        output[0] = _integer.Decode(meas);
}
