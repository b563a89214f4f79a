using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>The circuit of Prio3SumVec, a vector of numbers up to a maximum: VDAF §7.4.3 (Prio3SumVec).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class SumVec<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly RangeCheckedInteger<TField> _integer;
    private readonly BitCheck<TField> _bitCheck;

    /// <summary>Measurements have <paramref name="length"/> elements in 0 … <paramref name="maxMeasurement"/>.</summary>
    public SumVec(int length, ulong maxMeasurement, int chunkLength)
    {
        OutputLength = length;
        _integer = new RangeCheckedInteger<TField>(maxMeasurement);
        _bitCheck = new BitCheck<TField>(MeasLength, chunkLength);
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets => _bitCheck.Gadgets;

    public override int MeasLength => OutputLength * _integer.Bits;

    public override int JointRandLength => _bitCheck.JointRandLength;

    public override int OutputLength { get; }

    public override int EvalOutputLength => 1;

    public override bool OutputIsPrefix => _integer.Maximum == 1;

    public override void Encode(Measurement measurement, Span<TField> encoded) =>
        _integer.EncodeVector(measurement, OutputLength, encoded);

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output) =>
        output[0] = BitCheck<TField>.Eval(meas, jointRand, sharesInverse, ref gadgets);

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => _integer.DecodeVector(meas, output);
}
