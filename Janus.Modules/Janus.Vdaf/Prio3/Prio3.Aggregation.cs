using Janus.Codec;

namespace Janus.Vdaf;

/// <content>Aggregation and unsharding: VDAF §7.2.4 (Aggregation) and §7.2.5 (Unsharding).</content>
public abstract partial class Prio3
{
    /// <summary>Writes the aggregate share of no report.</summary>
    /// <exception cref="ArgumentException">The buffer has the wrong length.</exception>
    public void AggInit(ReadOnlySpan<byte> aggParam, Span<byte> aggShare)
    {
        CheckAggParam(aggParam);
        CheckLength(aggShare.Length, AggShareLength, nameof(aggShare));
        aggShare.Clear();
    }

    /// <summary>Adds one out share to an aggregate share.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="DecodeException">An element is not below the modulus.</exception>
    public void AggUpdate(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> outShare)
    {
        CheckAggParam(aggParam);
        CheckLength(outShare.Length, OutShareLength, nameof(outShare));
        Aggregate(aggShare, outShare);
    }

    /// <summary>Adds adjacent out shares to an aggregate share.</summary>
    /// <param name="aggShare">The aggregate share, changed in place.</param>
    /// <param name="outShares">A whole number of out shares of <see cref="OutShareLength"/> bytes.</param>
    /// <returns>The number of out shares added.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="DecodeException">An element is not below the modulus; the aggregate share is unchanged.</exception>
    public int Aggregate(Span<byte> aggShare, ReadOnlySpan<byte> outShares)
    {
        CheckLength(aggShare.Length, AggShareLength, nameof(aggShare));
        CheckLength(outShares.Length % OutShareLength, 0, nameof(outShares));
        AggregateCore(aggShare, outShares, selection: default);
        return outShares.Length / OutShareLength;
    }

    /// <summary>Adds the selected ones of adjacent out shares to an aggregate share.</summary>
    /// <param name="aggShare">The aggregate share, changed in place.</param>
    /// <param name="outShares">As many out shares of <see cref="OutShareLength"/> bytes as there are outcomes.</param>
    /// <param name="outcomes">An out share is added if its report is <see cref="VerifyOutcome.Finished"/>.</param>
    /// <returns>The number of out shares added.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="DecodeException">An element is not below the modulus; the aggregate share is unchanged.</exception>
    public int Aggregate(Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        bool[] selection = new bool[outcomes.Length];
        for (int i = 0; i < outcomes.Length; i++)
        {
            selection[i] = outcomes[i] == VerifyOutcome.Finished;
        }

        return Aggregate(aggShare, outShares, selection);
    }

    /// <summary>Adds the selected ones of adjacent out shares to an aggregate share.</summary>
    /// <param name="aggShare">The aggregate share, changed in place.</param>
    /// <param name="outShares">As many out shares of <see cref="OutShareLength"/> bytes as there are flags.</param>
    /// <param name="selection">Which out shares to add.</param>
    /// <returns>The number of out shares added.</returns>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="DecodeException">An element is not below the modulus; the aggregate share is unchanged.</exception>
    public int Aggregate(Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<bool> selection)
    {
        CheckLength(aggShare.Length, AggShareLength, nameof(aggShare));
        CheckLength(outShares.Length, (long)selection.Length * OutShareLength, nameof(outShares));
        if (!selection.IsEmpty)
        {
            AggregateCore(aggShare, outShares, selection);
        }

        return selection.Count(true);
    }

    /// <summary>Adds another aggregate share of the same aggregator to an aggregate share.</summary>
    /// <exception cref="ArgumentException">A buffer has the wrong length.</exception>
    /// <exception cref="DecodeException">An element is not below the modulus.</exception>
    public void Merge(ReadOnlySpan<byte> aggParam, Span<byte> aggShare, ReadOnlySpan<byte> other)
    {
        CheckAggParam(aggParam);
        CheckLength(aggShare.Length, AggShareLength, nameof(aggShare));
        CheckLength(other.Length, AggShareLength, nameof(other));
        AggregateCore(aggShare, other, selection: default);
    }

    /// <summary>Combines the aggregate shares of all aggregators into the aggregate result.</summary>
    /// <param name="aggParam">The encoded aggregation parameter: empty.</param>
    /// <param name="aggShares">One encoded aggregate share per aggregator.</param>
    /// <param name="numMeasurements">The number of reports in the batch.</param>
    /// <returns><see cref="OutputLength"/> elements: one for Prio3Count and Prio3Sum.</returns>
    /// <exception cref="ArgumentException">An aggregate share is missing, or there are no measurements.</exception>
    /// <exception cref="DecodeException">An aggregate share is not well-formed.</exception>
    public UInt128[] Unshard(
        ReadOnlySpan<byte> aggParam, ReadOnlySpan<ReadOnlyMemory<byte>> aggShares, ulong numMeasurements)
    {
        CheckAggParam(aggParam);
        CheckLength(aggShares.Length, Shares, nameof(aggShares));
        ArgumentOutOfRangeException.ThrowIfZero(numMeasurements);
        foreach (ReadOnlyMemory<byte> aggShare in aggShares)
        {
            if (aggShare.Length != AggShareLength)
            {
                throw new DecodeException("agg_share", 0, $"{AggShareLength} bytes expected, {aggShare.Length} given");
            }
        }

        return UnshardCore(aggShares);
    }

    private protected abstract void AggregateCore(
        Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<bool> selection);

    private protected abstract UInt128[] UnshardCore(ReadOnlySpan<ReadOnlyMemory<byte>> aggShares);
}
