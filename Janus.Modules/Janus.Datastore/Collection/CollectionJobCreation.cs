namespace Janus.Datastore;

/// <summary>What became of <see cref="CollectionJobStore.CreateAsync"/>: one of four records.</summary>
public abstract record CollectionJobCreation
{
    private CollectionJobCreation()
    {
    }

    /// <summary>A new job waits.</summary>
    /// <param name="Job">The new job.</param>
    public sealed record Created(CollectionJob Job) : CollectionJobCreation;

    /// <summary>An identical request made a job before; nothing changed.</summary>
    /// <param name="Job">That job.</param>
    public sealed record Existing(CollectionJob Job) : CollectionJobCreation;

    /// <summary>A bucket of the batch has been collected; nothing changed.</summary>
    public sealed record Overlap : CollectionJobCreation;

    /// <summary>The batch interval begins in time whose reports have expired; nothing changed.</summary>
    public sealed record Expired : CollectionJobCreation;

    /// <summary>Reports of the batch were aggregated with another aggregation parameter; nothing changed.</summary>
    public sealed record OtherAggParam : CollectionJobCreation;
}
