using System.Buffers.Binary;
using Janus.Codec;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <summary>Prio3 over one field: VDAF §7.2 (prio3-construction).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed partial class Prio3<TField> : Prio3
    where TField : unmanaged, INttField<TField>
{
    private const int SeedSize = XofTurboShake128.SeedSize;
    private const int DstPrefixLength = 8;

    private readonly FlpBbcggi19<TField> _flp;
    private readonly TField _sharesInverse;
    private readonly byte[] _dstPrefix;

    /// <summary>Puts a proof system to use under an algorithm's code point.</summary>
    public Prio3(uint algorithmId, string name, int shares, int proofCount, FlpBbcggi19<TField> flp)
        : base(algorithmId, name, shares, proofCount, LengthsOf(flp))
    {
        _flp = flp;
        _sharesInverse = TField.Invert(TField.FromUInt64((ulong)shares));

        // VDAF §6.2.3 (dst-binder): version, algorithm class, algorithm, and a usage that each XOF fills in.
        _dstPrefix = new byte[DstPrefixLength];
        _dstPrefix[0] = VdafDraft.Version;
        BinaryPrimitives.WriteUInt32BigEndian(_dstPrefix.AsSpan(2), algorithmId);
    }

    /// <summary>What an XOF is used for: VDAF §7.2 (prio3-construction).</summary>
    private enum Usage : ushort
    {
        MeasShare = 1,
        ProofShare = 2,
        JointRandomness = 3,
        ProveRandomness = 4,
        QueryRandomness = 5,
        JointRandSeed = 6,
        JointRandPart = 7,
    }

    private Circuit<TField> Circuit => _flp.Circuit;

    private int MeasBytes => Circuit.MeasLength * TField.EncodedSize;

    private protected override void AggregateCore(
        Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        using Scratch<TField> scratch = new(2 * OutputLength);
        Span<TField> sum = scratch.Take(OutputLength);
        Span<TField> outShare = scratch.Take(OutputLength);
        Decode(aggShare, sum, "agg_share");
        for (int i = 0; i * EncodedOutShareLength < outShares.Length; i++)
        {
            if (outcomes.IsEmpty || outcomes[i] == VerifyOutcome.Finished)
            {
                Decode(outShares.Slice(i * EncodedOutShareLength, EncodedOutShareLength), outShare, "out_share");
                FieldVector.Add(sum, outShare);
            }
        }

        FieldVector.Encode<TField>(sum, aggShare);
    }

    private protected override UInt128[] UnshardCore(ReadOnlySpan<ReadOnlyMemory<byte>> aggShares)
    {
        using Scratch<TField> scratch = new(2 * OutputLength);
        Span<TField> sum = scratch.Take(OutputLength);
        Span<TField> share = scratch.Take(OutputLength);
        foreach (ReadOnlyMemory<byte> aggShare in aggShares)
        {
            Decode(aggShare.Span, share, "agg_share");
            FieldVector.Add(sum, share);
        }

        UInt128[] result = new UInt128[OutputLength];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = sum[i].ToUInt128();
        }

        return result;
    }

    private static Prio3Lengths LengthsOf(FlpBbcggi19<TField> flp) => new(
        TField.EncodedSize,
        flp.Circuit.MeasLength,
        flp.Circuit.JointRandLength,
        flp.ProofLength,
        flp.VerifierLength,
        flp.Circuit.OutputLength);

    private static void Decode(ReadOnlySpan<byte> encoded, Span<TField> vector, string name)
    {
        if (!FieldVector.TryDecode(encoded, vector))
        {
            throw new DecodeException(name, 0, $"an element is not below the modulus of {TField.Name}");
        }
    }

    private XofTurboShake128 Xof(Usage usage, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> ctx)
    {
        Span<byte> prefix = stackalloc byte[DstPrefixLength];
        _dstPrefix.CopyTo(prefix);
        BinaryPrimitives.WriteUInt16BigEndian(prefix[6..], (ushort)usage);
        return new XofTurboShake128(seed, prefix, ctx);
    }

    private void Expand(
        Usage usage, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> binder, Span<TField> vector)
    {
        using XofTurboShake128 xof = Xof(usage, seed, ctx);
        xof.Bind(binder);
        xof.NextVec(vector);
    }

    private void HelperMeasShare(ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> seed, Span<TField> meas) =>
        Expand(Usage.MeasShare, seed, ctx, [(byte)aggregatorId], meas);

    private void HelperProofsShare(ReadOnlySpan<byte> ctx, int aggregatorId, ReadOnlySpan<byte> seed, Span<TField> proofs) =>
        Expand(Usage.ProofShare, seed, ctx, [(byte)ProofCount, (byte)aggregatorId], proofs);

    private void QueryRands(
        ReadOnlySpan<byte> verifyKey, ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> nonce, Span<TField> queryRands)
    {
        Span<byte> binder = stackalloc byte[1 + NonceSize];
        binder[0] = (byte)ProofCount;
        nonce.CopyTo(binder[1..]);
        Expand(Usage.QueryRandomness, verifyKey, ctx, binder, queryRands);
    }

    private void JointRands(ReadOnlySpan<byte> ctx, ReadOnlySpan<byte> seed, Span<TField> jointRands) =>
        Expand(Usage.JointRandomness, seed, ctx, [(byte)ProofCount], jointRands);

    private void JointRandPart(
        ReadOnlySpan<byte> ctx,
        int aggregatorId,
        ReadOnlySpan<byte> blind,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<TField> measShare,
        Span<byte> part)
    {
        using XofTurboShake128 xof = Xof(Usage.JointRandPart, blind, ctx);
        xof.Bind([(byte)aggregatorId]);
        xof.Bind(nonce);
        xof.Bind(measShare);
        xof.Next(part);
    }

    private XofTurboShake128 JointRandSeedXof(ReadOnlySpan<byte> ctx)
    {
        Span<byte> zeros = stackalloc byte[SeedSize];
        zeros.Clear();
        return Xof(Usage.JointRandSeed, zeros, ctx);
    }
}
