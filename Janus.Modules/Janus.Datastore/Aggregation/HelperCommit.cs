using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What one step of a Helper's aggregation job changes.</summary>
public sealed record HelperCommit
{
    /// <summary>The job as it stands after the step, with its answer.</summary>
    public required HelperAggregationJob Job { get; init; }

    /// <summary>The reports whose output shares are committed: none before the last step.</summary>
    public IReadOnlyList<AcceptedReport> Accepted { get; init; } = [];

    /// <summary>Their sums, one for each batch bucket.</summary>
    public IReadOnlyList<BatchBucketShard> Shards { get; init; } = [];

    /// <summary>Why reports are rejected in this step: they are counted.</summary>
    public IReadOnlyList<ReportError> Rejected { get; init; } = [];

    /// <summary>The reports that wait for the next step, in order; encrypted at rest. None after the last step.</summary>
    public IReadOnlyList<ReportVerification> Verification { get; init; } = [];
}
