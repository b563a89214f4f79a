using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>
/// The circuit of Prio3MultihotCountVec, a vector of bits of which a bounded number is one:
/// VDAF §7.4.5 (Prio3MultihotCountVec).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class MultihotCountVec<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly RangeCheckedInteger<TField> _weight;
    private readonly BitCheck<TField> _bitCheck;

    /// <summary>Measurements have <paramref name="length"/> bits, at most <paramref name="maxWeight"/> of them one.</summary>
    public MultihotCountVec(int length, int maxWeight, int chunkLength)
    {
        OutputLength = length;
        _weight = new RangeCheckedInteger<TField>((ulong)maxWeight);
        _bitCheck = new BitCheck<TField>(MeasLength, chunkLength);
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets => _bitCheck.Gadgets;

    public override int MeasLength => OutputLength + _weight.Bits;

    public override int JointRandLength => _bitCheck.JointRandLength;

    public override int OutputLength { get; }

    public override int EvalOutputLength => 2;

    public override bool OutputIsPrefix => true;

    public override void Encode(Measurement measurement, Span<TField> encoded)
    {
        ReadOnlySpan<ulong> bits = measurement.AsVector(OutputLength);
        ulong weight = 0;
        for (int i = 0; i < bits.Length; i++)
        {
            if (bits[i] > 1)
            {
                throw new InvalidMeasurementException($"element {i} of the measurement, {bits[i]}, is neither 0 nor 1");
            }

            encoded[i] = TField.FromUInt64(bits[i]);
            weight += bits[i];
        }

        if (weight > _weight.Maximum)
        {
            throw new InvalidMeasurementException(
                $"the measurement's weight {weight} is above the maximum {_weight.Maximum}");
        }

        _weight.Encode(weight, encoded[OutputLength..]);
    }

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        output[0] = BitCheck<TField>.Eval(meas, jointRand, sharesInverse, ref gadgets);
        TField weight = -_weight.Decode(meas[OutputLength..]);
        foreach (TField bit in meas[..OutputLength])
        {
            weight += bit;
        }

        output[1] = weight;
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) =>
        meas[..OutputLength].CopyTo(output);
}
