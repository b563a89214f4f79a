using Janus.Messages;

namespace Janus.Datastore;

/// <summary>An aggregate share that the Helper has handed out: DAP §4.6.4 (collect-aggregate).</summary>
public sealed record StoredAggregateShare
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The aggregate share ID.</summary>
    public required AggregateShareId Id { get; init; }

    /// <summary>The SHA-256 of the AggregateShareReq, 32 bytes.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The batch.</summary>
    public required BatchRange Range { get; init; }

    /// <summary>The number of reports in the batch.</summary>
    public required long ReportCount { get; init; }

    /// <summary>The checksum of the batch, 32 bytes.</summary>
    public required byte[] Checksum { get; init; }

    /// <summary>The encoded AggregateShare, sealed to the Collector.</summary>
    public required byte[] Response { get; init; }

    /// <summary>Whether the Leader deleted the resource; the batch stays collected, and the request finds it again.</summary>
    public required bool IsDeleted { get; init; }

    /// <summary>When the batch was marked collected.</summary>
    public required DateTimeOffset CreatedAt { get; init; }
}
