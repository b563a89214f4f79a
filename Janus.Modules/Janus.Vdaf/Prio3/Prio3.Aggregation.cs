using Janus.Codec;

namespace Janus.Vdaf;

/// <content>Aggregation and unsharding: VDAF §7.2.4 (Aggregation) and §7.2.5 (Unsharding).</content>
public abstract partial class Prio3
{
    /// <inheritdoc/>
    public void AggInit(ReadOnlySpan<byte> aggParam, Span<byte> aggShare)
    {
        Arguments.CheckLength(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        aggShare.Clear();
    }

    /// <inheritdoc/>
    public void AggUpdate(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShare)
    {
        Arguments.CheckLength(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        Arguments.CheckLength(outShare.Length, EncodedOutShareLength, nameof(outShare));
        AggregateCore(aggShare, outShare, outcomes: default);
    }

    /// <inheritdoc/>
    public int Aggregate(
        ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        Arguments.CheckLength(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        Arguments.CheckLength(outShares.Length, (long)outcomes.Length * EncodedOutShareLength, nameof(outShares));
        if (!outcomes.IsEmpty)
        {
            AggregateCore(aggShare, outShares, outcomes);
        }

        return outcomes.Count(VerifyOutcome.Finished);
    }

    /// <inheritdoc/>
    public void Merge(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> other)
    {
        Arguments.CheckLength(aggShare.Length, AggShareLength(aggParam), nameof(aggShare));
        Arguments.CheckLength(other.Length, EncodedOutShareLength, nameof(other));
        AggregateCore(aggShare, other, outcomes: default);
    }

    /// <summary>
    /// Combines the aggregate shares of all aggregators into <see cref="OutputLength"/> elements, one for Prio3Count and
    /// Prio3Sum.
    /// </summary>
    /// <inheritdoc/>
    public UInt128[] Unshard(
        ReadOnlySpan<byte> aggParam, ReadOnlySpan<ReadOnlyMemory<byte>> aggShares, ulong numMeasurements)
    {
        int length = AggShareLength(aggParam);
        Arguments.CheckLength(aggShares.Length, Shares, nameof(aggShares));
        ArgumentOutOfRangeException.ThrowIfZero(numMeasurements);
        foreach (ReadOnlyMemory<byte> aggShare in aggShares)
        {
            if (aggShare.Length != length)
            {
                throw new DecodeException("agg_share", 0, $"{length} bytes expected, {aggShare.Length} given");
            }
        }

        return UnshardCore(aggShares);
    }

    // Adds adjacent out shares: all, or those of the reports that are finished if there are outcomes.
    private protected abstract void AggregateCore(
        Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes);

    private protected abstract UInt128[] UnshardCore(ReadOnlySpan<ReadOnlyMemory<byte>> aggShares);
}
