namespace Janus.Vdaf;

/// <summary>What a client sends for one measurement: VDAF §5.1 (sec-vdaf-shard).</summary>
/// <param name="PublicShare">The encoded public share, for every aggregator.</param>
/// <param name="InputShares">The encoded input shares: the Leader's first, then the Helpers' in order.</param>
public sealed record ShardedReport(byte[] PublicShare, IReadOnlyList<byte[]> InputShares)
{
    /// <summary>The name of the type: shares are secrets.</summary>
    public override string ToString() => nameof(ShardedReport);
}
