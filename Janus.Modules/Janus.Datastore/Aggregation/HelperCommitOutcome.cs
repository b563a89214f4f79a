using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What became of <see cref="HelperAggregationJobStore.CommitAsync"/>: one of three records.</summary>
public abstract record HelperCommitOutcome
{
    private HelperCommitOutcome()
    {
    }

    /// <summary>The job, its shares and its report IDs are stored.</summary>
    public sealed record Committed : HelperCommitOutcome;

    /// <summary>A job with this ID was there before; nothing changed.</summary>
    /// <param name="Job">The stored job; its request hash tells whether the request was the same.</param>
    public sealed record AlreadyExists(HelperAggregationJob Job) : HelperCommitOutcome;

    /// <summary>Some accepted reports can no longer be committed; nothing changed.</summary>
    /// <param name="Rejected">Those reports, each with <c>batch_collected</c> or <c>report_replayed</c>.</param>
    public sealed record Changed(IReadOnlyList<KeyValuePair<ReportId, ReportError>> Rejected) : HelperCommitOutcome;
}
