using Janus.Messages;

namespace Janus.Datastore;

/// <summary>An aggregate share of the Helper, given or asked for: DAP §4.6.4 (collect-aggregate).</summary>
public sealed record StoredAggregateShare : ILeasedJob
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The aggregate share ID.</summary>
    public required AggregateShareId Id { get; init; }

    /// <inheritdoc/>
    object ILeasedJob.Id => Id;

    /// <summary>Where it stands.</summary>
    public AggregateShareState State { get; init; } = AggregateShareState.InProgress;

    /// <summary>The SHA-256 of the AggregateShareReq, 32 bytes.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The AggregateShareReq exactly as it came, as long as a driver needs it.</summary>
    public byte[]? Request { get; init; }

    /// <summary>The batch.</summary>
    public required BatchRange Range { get; init; }

    /// <summary>The number of reports in the batch; 0 until the share is there.</summary>
    public long ReportCount { get; init; }

    /// <summary>The checksum of the batch, 32 bytes; zeros until the share is there.</summary>
    public byte[] Checksum { get; init; } = BatchChecksum.Empty.ToArray();

    /// <summary>The encoded AggregateShare, sealed to the Collector, once it is there: also of one that was deleted then.</summary>
    public byte[]? Response { get; init; }

    /// <summary>The problem type of a failed request.</summary>
    public string? ProblemType { get; init; }

    /// <summary>What a failed request tells the Leader besides.</summary>
    public string? ProblemDetail { get; init; }

    /// <summary>When the request came first.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The ID and the state.</summary>
    public override string ToString() => $"{nameof(StoredAggregateShare)} {Id} ({State})";
}
