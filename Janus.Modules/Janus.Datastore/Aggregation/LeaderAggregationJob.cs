using Janus.Messages;

namespace Janus.Datastore;

/// <summary>An aggregation job of the Leader: DAP §4.5 (aggregate-flow).</summary>
public sealed record LeaderAggregationJob : ILeasedJob
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The aggregation job ID, unique in this database; the Leader's own name for the job.</summary>
    public required AggregationJobId Id { get; init; }

    /// <inheritdoc/>
    object ILeasedJob.Id => Id;

    /// <summary>The VDAF aggregation parameter, empty for Prio3.</summary>
    public required byte[] AggParam { get; init; }

    /// <summary>The batch that all reports of the job belong to; <see langword="null"/> in the time-interval mode.</summary>
    public required BatchId? BatchId { get; init; }

    /// <summary>Whether the job goes on, or is given up and to be settled with the Helper.</summary>
    public AggregationJobState State { get; init; } = AggregationJobState.InProgress;

    /// <summary>The step that the Helper is to answer, 0 for initialization.</summary>
    public required int Step { get; init; }

    /// <summary>The number of reports in the job that have not been rejected in a step before this one.</summary>
    public required int ReportCount { get; init; }

    /// <summary>The earliest report time, in time-precision units.</summary>
    public required ulong MinTime { get; init; }

    /// <summary>The latest report time, in time-precision units.</summary>
    public required ulong MaxTime { get; init; }

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// The Helper's resource, from its <c>Location</c>, with the last step whose answer the Helper has deferred, if there
    /// is one; <see langword="null"/> until it is known.
    /// </summary>
    public required string? HelperLocation { get; init; }

    /// <summary>How often the Helper has refused the present step, or answered it wrongly.</summary>
    public required int Refusals { get; init; }

    /// <summary>How many of these were answers that arrived whole and were malformed.</summary>
    public required int MalformedAnswers { get; init; }
}
