using System.Buffers.Binary;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Vdaf;

namespace Janus.Testing;

/// <content>Aggregation, and the field.</content>
public sealed partial class MultiRoundVdaf
{
    private const ulong Modulus = ulong.MaxValue - uint.MaxValue + 1;

    /// <inheritdoc/>
    public void AggInit(ReadOnlySpan<byte> aggParam, Span<byte> aggShare)
    {
        Check(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        aggShare.Clear();
    }

    /// <inheritdoc/>
    public void AggUpdate(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShare)
    {
        Check(outShare.Length, OutShareLength(aggParam), nameof(outShare));
        Check(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        AddVector(aggShare[..^sizeof(ulong)], outShare);
        Write(aggShare[^sizeof(ulong)..], Read(aggShare[^sizeof(ulong)..]) + 1);
    }

    /// <inheritdoc/>
    public int Aggregate(
        ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        int length = OutShareLength(aggParam);
        Check(outShares.Length, outcomes.Length * length, nameof(outShares));
        byte[] sum = aggShare.ToArray();
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] == VerifyOutcome.Finished)
            {
                AggUpdate(aggParam, sum, outShares.Slice(i * length, length));
            }
        }

        Check(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        sum.CopyTo(aggShare);
        return outcomes.Count(VerifyOutcome.Finished);
    }

    /// <inheritdoc/>
    public void Merge(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> other)
    {
        Check(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        Check(other.Length, aggShare.Length, nameof(other));
        AddVector(aggShare[..^sizeof(ulong)], other[..^sizeof(ulong)]);
        Write(aggShare[^sizeof(ulong)..], Read(aggShare[^sizeof(ulong)..]) + Read(other[^sizeof(ulong)..]));
    }

    /// <inheritdoc/>
    public UInt128[] Unshard(ReadOnlySpan<byte> aggParam, ReadOnlySpan<ReadOnlyMemory<byte>> aggShares, ulong numMeasurements)
    {
        int length = AggShareLength(aggParam);
        Check(aggShares.Length, Shares, nameof(aggShares));
        ArgumentOutOfRangeException.ThrowIfZero(numMeasurements);
        byte[] sum = new byte[length - sizeof(ulong)];
        foreach (ReadOnlyMemory<byte> share in aggShares)
        {
            if (share.Length != length || Read(share.Span[^sizeof(ulong)..]) != numMeasurements)
            {
                throw new DecodeException("agg_share", 0, $"{length} bytes with a sum of {numMeasurements} reports expected");
            }

            AddVector(sum, share.Span[..^sizeof(ulong)]);
        }

        return [.. sum.Chunk(Element).Select(element => (UInt128)Read(element))];
    }

    private static ulong Read(ReadOnlySpan<byte> element) => BinaryPrimitives.ReadUInt64LittleEndian(element);

    private static void Write(Span<byte> element, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(element, value);

    private static ulong Add(ulong left, ulong right) => (ulong)(((UInt128)left + right) % Modulus);

    // Nothing is changed if an element is malformed.
    private static void AddVector(Span<byte> sum, ReadOnlySpan<byte> vector)
    {
        byte[] result = new byte[sum.Length];
        for (int i = 0; i < sum.Length; i += Element)
        {
            ulong left = Read(sum[i..]), right = Read(vector[i..]);
            if (left >= Modulus || right >= Modulus)
            {
                throw new DecodeException("share", i, "an element below the modulus expected");
            }

            Write(result.AsSpan(i), Add(left, right));
        }

        result.CopyTo(sum);
    }

    private static ulong HelperValue(ReadOnlySpan<byte> seed)
    {
        byte[] wide = new byte[16];
        HKDF.Expand(HashAlgorithmName.SHA256, seed, wide, [(byte)'v']);
        return (ulong)(BinaryPrimitives.ReadUInt128LittleEndian(wide) % Modulus);
    }

    private static bool TryReadValue(int aggregatorId, ReadOnlySpan<byte> share, out ulong value)
    {
        value = aggregatorId == LeaderId ? Read(share[Seed..]) : HelperValue(share);
        return value < Modulus;
    }

    private void WriteOutShare(ReadOnlySpan<byte> aggParam, ulong value, Span<byte> outShare)
    {
        for (int k = 0; k < CountOf(aggParam); k++)
        {
            uint multiplier = HasAggParam ? BinaryPrimitives.ReadUInt32BigEndian(aggParam[(k * Multiplier)..]) : 1;
            Write(outShare[(k * Element)..], (ulong)((UInt128)value * multiplier % Modulus));
        }
    }
}
