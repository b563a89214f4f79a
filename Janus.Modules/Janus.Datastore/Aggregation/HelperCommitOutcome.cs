using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What became of a commit of <see cref="HelperAggregationJobStore"/>: one of three records.</summary>
public abstract record HelperCommitOutcome
{
    private HelperCommitOutcome()
    {
    }

    /// <summary>The job, its shares and its report IDs are stored.</summary>
    /// <param name="Job">The job as it is stored now.</param>
    public sealed record Committed(HelperAggregationJob Job) : HelperCommitOutcome;

    /// <summary>The job is not as the commit expects it, so someone else was faster or deleted it; nothing changed.</summary>
    /// <param name="Job">The job as it is stored.</param>
    public sealed record Overtaken(HelperAggregationJob Job) : HelperCommitOutcome;

    /// <summary>Some accepted reports can no longer be committed; nothing changed.</summary>
    /// <param name="Rejected">Those reports, each with <c>batch_collected</c> or <c>report_replayed</c>.</param>
    public sealed record Changed(IReadOnlyList<KeyValuePair<ReportId, ReportError>> Rejected) : HelperCommitOutcome;
}
