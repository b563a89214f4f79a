using Janus.Messages;

namespace Janus.Testing;

/// <summary>An aggregation job or an aggregate share of a <see cref="PlainHelper"/>.</summary>
internal sealed class PlainHelperResource
{
    public string Id { get; } = AggregationJobId.Random().ToString();

    /// <summary>The SHA-256 of the request that created it.</summary>
    public required byte[] InitHash { get; init; }

    /// <summary>The SHA-256 of the request of the current step.</summary>
    public required byte[] RequestHash { get; set; }

    public byte[] AggParam { get; init; } = [];

    public BatchId? BatchId { get; init; }

    /// <summary>The state of each report that is still being verified, in the order of the last request.</summary>
    public List<(ReportId Id, Time Time, byte[] State)> Reports { get; set; } = [];

    public int Step { get; set; }

    public byte[] Answer { get; set; } = [];

    public int DeferralsLeft { get; set; }

    public bool IsDeleted { get; set; }
}
