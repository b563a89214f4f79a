using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Flp.Circuits;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Drafts.Draft08.Circuits;

/// <summary>
/// The circuit of Prio3Sum, a number of so many bits, whose checks are joined by powers of the joint randomness:
/// VDAF-08 §7.4.2.
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Sum<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    // Up to 2^bits − 1 its weights are the powers of two: the encoding is the same.
    private readonly RangeCheckedInteger<TField> _integer;

    /// <summary>Measurements are in the range 0 … <paramref name="maxMeasurement"/>, which is 2^bits − 1.</summary>
    public Sum(ulong maxMeasurement)
    {
        _integer = new RangeCheckedInteger<TField>(maxMeasurement);
        Gadgets = [new(new PolyEval<TField>(0, -1, 1), _integer.Bits)];
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets { get; }

    public override int MeasLength => _integer.Bits;

    public override int JointRandLength => 1;

    public override int OutputLength => 1;

    public override int EvalOutputLength => 1;

    public override void Encode(Measurement measurement, Span<TField> encoded) => _integer.EncodeNumber(measurement, encoded);

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        TField factor = TField.ToFactor(jointRand[0]), power = factor, sum = TField.Zero;
        foreach (TField bit in meas)
        {
            gadgets.Inputs(0)[0] = bit;
            sum += TField.Scale(gadgets.Call(0), power);
            power = TField.Scale(power, factor);
        }

        output[0] = sum;
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) =>
        output[0] = _integer.Decode(meas);
}
