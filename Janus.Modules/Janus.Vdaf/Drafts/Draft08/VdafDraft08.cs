using System.Buffers.Binary;
using System.Numerics;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf.Drafts.Draft08;

/// <summary>draft-irtf-cfrg-vdaf-08.</summary>
/// <remarks>
/// There is no application context. Where this draft counts bits, its maximum is 2^bits − 1 in the newest draft's words, and
/// other maxima are refused.
/// </remarks>
internal sealed class VdafDraft08 : VdafDraft
{
    private const int DstLength = 8;

    public override byte Version => 8;

    public override int MaximumContextLength => 0;

    internal override XofLayout XofLayout => new(SeedSize: 16, DstLengthSize: sizeof(byte), HasSeedLength: false);

    internal override int HelperSeeds => 2;

    // VDAF-08 §6.2.3: version, algorithm class, algorithm, usage.
    internal override byte[] DomainSeparationTag(uint algorithmId, Prio3Usage usage)
    {
        byte[] dst = new byte[DstLength];
        dst[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(dst.AsSpan(2), algorithmId);
        BinaryPrimitives.WriteUInt16BigEndian(dst.AsSpan(6), (ushort)usage);
        return dst;
    }

    internal override GadgetPolyForm<TField> CreateGadgetPolyForm<TField>(GadgetUse<TField> use) =>
        new GadgetPolyCoefficients<TField>(use);

    // The circuit is the same.
    internal override Prio3 CreateCount(int shares) =>
        Prio3.Create<Field64>(this, 0, "Prio3Count", shares, 1, new CircuitParameters.OfCount());

    internal override Prio3 CreateSum(ulong maxMeasurement, int shares)
    {
        CheckMaximum<Field128>(maxMeasurement);
        return Prio3.Create<Field128>(this, 1, $"Prio3Sum({maxMeasurement})", shares, 1, new SumParameters(maxMeasurement));
    }

    internal override Prio3 CreateSumVec(int length, ulong maxMeasurement, int chunkLength, int shares) =>
        Prio3.Create<Field128>(
            this,
            2,
            $"Prio3SumVec({length},{maxMeasurement},{chunkLength})",
            shares,
            1,
            ParametersOfSumVec<Field128>(length, maxMeasurement, chunkLength));

    internal override Prio3 CreateSumVecWithMultiproof<TField>(
        int proofs, int length, ulong maxMeasurement, int chunkLength, int shares) =>
        Prio3.Create<TField>(
            this,
            Prio3.ExperimentalAlgorithmId,
            $"Prio3SumVecWithMultiproof({TField.Name},{proofs},{length},{maxMeasurement},{chunkLength})",
            shares,
            proofs,
            ParametersOfSumVec<TField>(length, maxMeasurement, chunkLength));

    internal override Prio3 CreateHistogram(int length, int chunkLength, int shares)
    {
        Prio3Parameters.CheckLengths(length, bitsPerElement: 1, extraBits: 0, chunkLength);
        return Prio3.Create<Field128>(
            this, 3, $"Prio3Histogram({length},{chunkLength})", shares, 1, new HistogramParameters(length, chunkLength));
    }

    internal override Prio3 CreateMultihotCountVec(int length, int maxWeight, int chunkLength, int shares) =>
        throw new ArgumentException("expected a VDAF of draft 08, got Prio3MultihotCountVec, which a later one introduced");

    private static SumVecParameters ParametersOfSumVec<TField>(int length, ulong maxMeasurement, int chunkLength)
        where TField : unmanaged, INttField<TField>
    {
        CheckMaximum<TField>(maxMeasurement);
        Prio3Parameters.CheckSumVec<TField>(length, maxMeasurement, chunkLength);
        return new SumVecParameters(length, maxMeasurement, chunkLength);
    }

    private static void CheckMaximum<TField>(ulong maxMeasurement)
        where TField : unmanaged, INttField<TField>
    {
        Prio3Parameters.CheckMaximum<TField>(maxMeasurement, nameof(maxMeasurement));
        if (maxMeasurement != ulong.MaxValue && !BitOperations.IsPow2(maxMeasurement + 1))
        {
            throw new ArgumentException(
                $"maxMeasurement: expected 2^bits - 1 under draft 08, got {maxMeasurement}", nameof(maxMeasurement));
        }
    }
}
