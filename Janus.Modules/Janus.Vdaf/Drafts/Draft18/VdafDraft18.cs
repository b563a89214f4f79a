using System.Buffers.Binary;
using System.Numerics;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf.Drafts.Draft18;

/// <summary>draft-irtf-cfrg-vdaf-18, whose circuits are those in <c>Flp/Circuits</c>.</summary>
internal sealed class VdafDraft18 : VdafDraft
{
    private const int DstPrefixLength = 8;

    public override byte Version => 18;

    public override int MaximumContextLength => XofLayout.MaximumDstLength - DstPrefixLength;

    internal override XofLayout XofLayout => new(SeedSize: 32, DstLengthSize: sizeof(ushort), HasSeedLength: true);

    internal override int HelperSeeds => 1;

    // VDAF §6.2.3 (dst-binder): version, algorithm class, algorithm, usage; then the application context.
    internal override byte[] DomainSeparationTag(uint algorithmId, Prio3Usage usage)
    {
        byte[] prefix = new byte[DstPrefixLength];
        prefix[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(prefix.AsSpan(2), algorithmId);
        BinaryPrimitives.WriteUInt16BigEndian(prefix.AsSpan(6), (ushort)usage);
        return prefix;
    }

    internal override GadgetPolyForm<TField> CreateGadgetPolyForm<TField>(GadgetUse<TField> use) => new GadgetPolyValues<TField>(use);

    internal override Prio3 CreateCount(int shares) =>
        Prio3.Create<Field64>(this, 1, "Prio3Count", shares, 1, new CircuitParameters.OfCount());

    internal override Prio3 CreateSum(ulong maxMeasurement, int shares)
    {
        Prio3Parameters.CheckMaximum<Field64>(maxMeasurement, nameof(maxMeasurement));
        return Prio3.Create<Field64>(
            this, 2, $"Prio3Sum({maxMeasurement})", shares, 1, new CircuitParameters.OfSum(maxMeasurement));
    }

    internal override Prio3 CreateSumVec(int length, ulong maxMeasurement, int chunkLength, int shares) =>
        Prio3.Create<Field128>(
            this,
            3,
            $"Prio3SumVec({length},{maxMeasurement},{chunkLength})",
            shares,
            1,
            SumVecParameters<Field128>(length, maxMeasurement, chunkLength));

    internal override Prio3 CreateSumVecWithMultiproof<TField>(
        int proofs, int length, ulong maxMeasurement, int chunkLength, int shares) =>
        Prio3.Create<TField>(
            this,
            Prio3.ExperimentalAlgorithmId,
            $"Prio3SumVecWithMultiproof({TField.Name},{proofs},{length},{maxMeasurement},{chunkLength})",
            shares,
            proofs,
            SumVecParameters<TField>(length, maxMeasurement, chunkLength));

    internal override Prio3 CreateHistogram(int length, int chunkLength, int shares)
    {
        Prio3Parameters.CheckLengths(length, bitsPerElement: 1, extraBits: 0, chunkLength);
        return Prio3.Create<Field128>(
            this, 4, $"Prio3Histogram({length},{chunkLength})", shares, 1, new CircuitParameters.OfHistogram(length, chunkLength));
    }

    internal override Prio3 CreateMultihotCountVec(int length, int maxWeight, int chunkLength, int shares)
    {
        if (maxWeight < 1 || maxWeight > length)
        {
            throw new ArgumentException($"maxWeight {maxWeight} is out of range: 1 to the length {length}", nameof(maxWeight));
        }

        Prio3Parameters.CheckLengths(length, bitsPerElement: 1, BitOperations.Log2((uint)maxWeight) + 1, chunkLength);
        return Prio3.Create<Field128>(
            this,
            5,
            $"Prio3MultihotCountVec({length},{maxWeight},{chunkLength})",
            shares,
            1,
            new CircuitParameters.OfMultihotCountVec(length, maxWeight, chunkLength));
    }

    private static CircuitParameters.OfSumVec SumVecParameters<TField>(int length, ulong maxMeasurement, int chunkLength)
        where TField : unmanaged, INttField<TField>
    {
        Prio3Parameters.CheckSumVec<TField>(length, maxMeasurement, chunkLength);
        return new CircuitParameters.OfSumVec(length, maxMeasurement, chunkLength);
    }
}
