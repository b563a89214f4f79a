using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>The circuit of Prio3Histogram, a vector of buckets of which one is one: VDAF §7.4.4 (Prio3Histogram).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Histogram<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly BitCheck<TField> _bitCheck;

    /// <summary>Measurements are bucket numbers below <paramref name="length"/>.</summary>
    public Histogram(int length, int chunkLength)
    {
        MeasLength = length;
        _bitCheck = new BitCheck<TField>(length, chunkLength);
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets => _bitCheck.Gadgets;

    public override int MeasLength { get; }

    public override int JointRandLength => _bitCheck.JointRandLength;

    public override int OutputLength => MeasLength;

    public override int EvalOutputLength => 2;

    public override bool OutputIsPrefix => true;

    public override void Encode(Measurement measurement, Span<TField> encoded) => EncodeBucket(measurement, encoded);

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        output[0] = BitCheck<TField>.Eval(meas, jointRand, sharesInverse, ref gadgets);
        TField sum = -sharesInverse;
        foreach (TField bucket in meas)
        {
            sum += bucket;
        }

        output[1] = sum;
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => meas.CopyTo(output);

    /// <summary>Encodes a bucket as zeros and a one, without branching on which it is.</summary>
    /// <exception cref="InvalidMeasurementException">There is no such bucket.</exception>
    internal static void EncodeBucket(Measurement measurement, Span<TField> encoded)
    {
        ulong bucket = measurement.AsNumber();
        if (bucket >= (ulong)encoded.Length)
        {
            throw new InvalidMeasurementException(
                $"bucket {bucket} is out of range: the histogram has {encoded.Length} buckets");
        }

        for (int i = 0; i < encoded.Length; i++)
        {
            encoded[i] = TField.FromUInt64(Limbs.Bit((ulong)i == bucket));
        }
    }
}
