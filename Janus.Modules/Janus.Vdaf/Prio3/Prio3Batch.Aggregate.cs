using Janus.Vdaf.Fields;

namespace Janus.Vdaf;

/// <content>Aggregation: VDAF §7.2.4 (Aggregation).</content>
internal sealed partial class Prio3Batch<TField, TXof>
{
    // Out shares are added up in tiles of so many bytes, which stay in the cache from report to report.
    private const int SumTileLength = 8192;

    public long AggregateMemory => 2 * WorkingMemory.LengthOf<byte>(SumTileLength);

    public bool TryAggregate(Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes)
    {
        using Scratch scratch = new(AggregateMemory);
        bool wellFormed = true;
        for (int offset = 0; offset < aggShare.Length; offset += SumTileLength)
        {
            int length = Math.Min(SumTileLength, aggShare.Length - offset);
            wellFormed &= AddTile(aggShare.Slice(offset, length), outShares, outcomes, offset, scratch.Memory);
        }

        return wellFormed;
    }

    private bool AddTile(
        Span<byte> aggShare, ReadOnlySpan<byte> outShares, ReadOnlySpan<VerifyOutcome> outcomes, int offset, WorkingMemory memory)
    {
        int perVector = TField.Lanes * TField.EncodedSize;
        int vectors = (aggShare.Length + perVector - 1) / perVector, length = _prio3.EncodedOutShareLength;
        Span<TField> sum = memory.Take<TField>(vectors);
        Span<TField> share = memory.Take<TField>(vectors);
        bool wellFormed = TField.DecodeElements(aggShare, sum);
        for (int i = 0; i * length < outShares.Length; i++)
        {
            if (outcomes.IsEmpty || outcomes[i] == VerifyOutcome.Finished)
            {
                wellFormed &= TField.DecodeElements(outShares.Slice((i * length) + offset, aggShare.Length), share);
                FieldVector.Add<TField>(sum, share);
            }
        }

        TField.EncodeElements(sum, aggShare);
        return wellFormed;
    }
}
