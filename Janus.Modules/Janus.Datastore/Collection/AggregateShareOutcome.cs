namespace Janus.Datastore;

/// <summary>What became of <see cref="AggregateShareStore.CommitAsync"/>: one of six records.</summary>
public abstract record AggregateShareOutcome
{
    private AggregateShareOutcome()
    {
    }

    /// <summary>The batch is marked collected and the answer is stored.</summary>
    public sealed record Committed : AggregateShareOutcome;

    /// <summary>The same request was answered before; that answer is available again.</summary>
    /// <param name="Share">The stored answer, with its own ID.</param>
    public sealed record AlreadyExists(StoredAggregateShare Share) : AggregateShareOutcome;

    /// <summary>The lease is another worker's now, or the Leader deleted the resource; nothing changed.</summary>
    public sealed record Overtaken : AggregateShareOutcome;

    /// <summary>A bucket of the batch has been collected by another request; nothing changed.</summary>
    public sealed record Overlap : AggregateShareOutcome;

    /// <summary>Reports of the batch were aggregated with another aggregation parameter; nothing changed.</summary>
    public sealed record OtherAggParam : AggregateShareOutcome;

    /// <summary>The batch is no longer what the caller read, or has noise by now, so the share must be computed anew.</summary>
    public sealed record Changed : AggregateShareOutcome;
}
