namespace Janus.Dap;

/// <summary>The paths of DAP's resources, relative to an Aggregator's URL, as route templates: DAP Appendix A.</summary>
public static class DapRoute
{
    /// <summary>The name of the route value that holds a <see cref="Messages.TaskId"/>.</summary>
    public const string TaskId = "taskId";

    /// <summary>The name of the route value that holds an <see cref="Messages.AggregationJobId"/>.</summary>
    public const string AggregationJobId = "aggregationJobId";

    /// <summary>The name of the route value that holds a <see cref="Messages.CollectionJobId"/>.</summary>
    public const string CollectionJobId = "collectionJobId";

    /// <summary>The name of the route value that holds an <see cref="Messages.AggregateShareId"/>.</summary>
    public const string AggregateShareId = "aggregateShareId";

    /// <summary>The query parameter that tells which step of an aggregation job is polled for.</summary>
    public const string Step = "step";

    /// <summary>The Aggregator's HPKE configurations.</summary>
    public const string HpkeConfig = "hpke_config";

    /// <summary>Where Clients upload reports.</summary>
    public const string Reports = Task + "/reports";

    /// <summary>Where the Leader creates aggregation jobs.</summary>
    public const string AggregationJobs = Task + "/aggregation_jobs";

    /// <summary>One aggregation job.</summary>
    public const string AggregationJob = AggregationJobs + "/{" + AggregationJobId + "}";

    /// <summary>Where the Collector creates collection jobs.</summary>
    public const string CollectionJobs = Task + "/collection_jobs";

    /// <summary>One collection job.</summary>
    public const string CollectionJob = CollectionJobs + "/{" + CollectionJobId + "}";

    /// <summary>Where the Leader asks for aggregate shares.</summary>
    public const string AggregateShares = Task + "/aggregate_shares";

    /// <summary>One aggregate share.</summary>
    public const string AggregateShare = AggregateShares + "/{" + AggregateShareId + "}";

    /// <summary>What the Helper has the Leader compare, an extension of ours: <see cref="TaskAgreement"/>.</summary>
    public const string Agreement = Task + "/agreement";

    private const string Task = "tasks/{" + TaskId + "}";
}
