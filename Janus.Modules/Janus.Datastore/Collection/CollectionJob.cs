using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A collection job of the Leader: DAP §4.6 (collect-flow).</summary>
public sealed record CollectionJob : ILeasedJob
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The collection job ID.</summary>
    public required CollectionJobId Id { get; init; }

    /// <inheritdoc/>
    object ILeasedJob.Id => Id;

    /// <summary>The CollectionJobReq exactly as it came.</summary>
    public required byte[] Request { get; init; }

    /// <summary>The SHA-256 of <see cref="Request"/>, 32 bytes.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>Where the job stands.</summary>
    public required CollectionJobState State { get; init; }

    /// <summary>The batch; <see langword="null"/> as long as the Leader has not chosen one.</summary>
    public required BatchRange? Range { get; init; }

    /// <summary>The VDAF aggregation parameter of the request, empty for Prio3.</summary>
    public required byte[] AggParam { get; init; }

    /// <summary>The number of reports in the batch, from the fence on.</summary>
    public required long? ReportCount { get; init; }

    /// <summary>The checksum of the batch, 32 bytes, from the fence on.</summary>
    public required byte[]? Checksum { get; init; }

    /// <summary>The interval that the response names, from the fence on.</summary>
    public required Interval? Interval { get; init; }

    /// <summary>The encoded CollectionJobResp of a finished job.</summary>
    public required byte[]? Response { get; init; }

    /// <summary>The problem type of a failed job.</summary>
    public required string? ProblemType { get; init; }

    /// <summary>What a failed job tells the Collector besides.</summary>
    public required string? ProblemDetail { get; init; }

    /// <summary>When the job was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// When the batch of a waiting job was closed to new reports, those that it had being still to be aggregated;
    /// <see langword="null"/> if it was complete when it was fenced.
    /// </summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When the job finished or failed.</summary>
    public required DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The Helper's resource, from its <c>Location</c>; <see langword="null"/> until it is known.</summary>
    public required string? HelperLocation { get; init; }

    /// <summary>The ID and the state.</summary>
    public override string ToString() => $"{nameof(CollectionJob)} {Id} ({State})";
}
