using Janus.Messages;

namespace Janus.Datastore;

/// <summary>An aggregation job as the Helper stores it, with its answer: DAP §4.5 (aggregate-flow).</summary>
public sealed record HelperAggregationJob : ILeasedJob
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The aggregation job ID.</summary>
    public required AggregationJobId Id { get; init; }

    /// <inheritdoc/>
    object ILeasedJob.Id => Id;

    /// <summary>Where the job stands; <see cref="AggregationJobState.Deleted"/> jobs have no response any more.</summary>
    public AggregationJobState State { get; init; } = AggregationJobState.Finished;

    /// <summary>The step that was answered last, or is being worked on: 0 after the request that made the job.</summary>
    public int Step { get; init; }

    /// <summary>The SHA-256 of the request body, 32 bytes: the same request finds this job again.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The SHA-256 of the request for the step, 32 bytes; <see langword="null"/> at step 0.</summary>
    public byte[]? StepRequestHash { get; init; }

    /// <summary>The VDAF aggregation parameter, empty for Prio3.</summary>
    public required byte[] AggParam { get; init; }

    /// <summary>The batch the Leader chose; <see langword="null"/> in the time-interval mode.</summary>
    public BatchId? BatchId { get; init; }

    /// <summary>The number of reports in the request.</summary>
    public required int ReportCount { get; init; }

    /// <summary>The earliest report time of the request, in time-precision units.</summary>
    public required ulong MinTime { get; init; }

    /// <summary>The latest report time of the request, in time-precision units.</summary>
    public required ulong MaxTime { get; init; }

    /// <summary>The encoded AggregationJobResp of the step; <see langword="null"/> until it is there, and once the job is deleted.</summary>
    public required byte[]? Response { get; init; }

    /// <summary>When the job was created; set by the store.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the job's output shares were committed; set by the store, <see langword="null"/> before.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
