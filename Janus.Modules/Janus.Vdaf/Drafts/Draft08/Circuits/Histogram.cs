using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;

namespace Janus.Vdaf.Drafts.Draft08.Circuits;

/// <summary>
/// The circuit of Prio3Histogram, a vector of bits of which exactly one is one; joint randomness joins the two checks:
/// VDAF-08 §7.4.4.
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Histogram<TField> : Circuit<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly BitCheck<TField> _bitCheck;

    /// <summary>Measurements are buckets, of which there are <paramref name="length"/>.</summary>
    public Histogram(int length, int chunkLength)
    {
        MeasLength = length;
        _bitCheck = new BitCheck<TField>(length, chunkLength);
    }

    public override IReadOnlyList<GadgetUse<TField>> Gadgets => _bitCheck.Gadgets;

    public override int MeasLength { get; }

    public override int JointRandLength => 2;

    public override int OutputLength => MeasLength;

    public override int EvalOutputLength => 1;

    public override bool OutputIsPrefix => true;

    public override void Encode(Measurement measurement, Span<TField> encoded) =>
        Flp.Circuits.Histogram<TField>.EncodeBucket(measurement, encoded);

    public override void Eval<TCalls>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        ref TCalls gadgets,
        Span<TField> output)
    {
        TField rangeCheck = _bitCheck.Eval(meas, jointRand[0], sharesInverse, ref gadgets);
        TField sumCheck = -sharesInverse;
        foreach (TField bucket in meas)
        {
            sumCheck += bucket;
        }

        output[0] = jointRand[1] * (rangeCheck + (jointRand[1] * sumCheck));
    }

    public override void Truncate(ReadOnlySpan<TField> meas, Span<TField> output) => meas.CopyTo(output);
}
