using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// The requests of a draft: method, resource, media types and content. The sender adds its token, the advertised task, and
/// how long an answer it accepts.
/// </summary>
public abstract class DapRequests
{
    private protected DapRequests()
    {
    }

    /// <summary>Gets an Aggregator's HPKE configurations: DAP §4.4.1 (hpke-config).</summary>
    public abstract DapRequest GetHpkeConfigs(AggregatorUrls server, TaskId taskId);

    /// <summary>Uploads reports to the Leader: DAP §4.4.2 (upload-request).</summary>
    /// <param name="leader">The Leader's resources.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="reports">The encoded reports, one behind the other.</param>
    public abstract DapRequest Upload(AggregatorUrls leader, TaskId taskId, ReadOnlyMemory<byte> reports);

    /// <summary>Creates an aggregation job: DAP §4.5.3.1 (leader-init).</summary>
    public abstract DapRequest CreateAggregationJob(AggregatorUrls helper, TaskId taskId, AggregationJobInitReq message);

    /// <summary>Continues the aggregation job at a location: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
    public abstract DapRequest ContinueAggregationJob(Uri job, AggregationJobContinueReq message);

    /// <summary>Asks for the answer to a step that the Helper has deferred.</summary>
    public abstract DapRequest PollAggregationJob(Uri job, ushort awaitedStep);

    /// <summary>Deletes an aggregation job: DAP §4.5.5 (aggregation-job-abandonment-and-deletion).</summary>
    public abstract DapRequest DeleteAggregationJob(Uri job);

    /// <summary>Asks the Helper for its encrypted aggregate share: DAP §4.6.4 (collect-aggregate).</summary>
    public abstract DapRequest CreateAggregateShare(AggregatorUrls helper, TaskId taskId, AggregateShareReq message);

    /// <summary>Asks for an aggregate share that has been deferred: DAP §4.6.4 (collect-aggregate).</summary>
    public abstract DapRequest PollAggregateShare(Uri share);

    /// <summary>Deletes an aggregate share: DAP §4.6.5 (aggregate share deletion).</summary>
    public abstract DapRequest DeleteAggregateShare(Uri share);

    /// <summary>Creates a collection job: DAP §4.6.1 (collect-init).</summary>
    public abstract DapRequest CreateCollectionJob(AggregatorUrls leader, TaskId taskId, CollectionJobReq message);

    /// <summary>Asks for the result of a collection job: DAP §4.6.1 (collect-init).</summary>
    public abstract DapRequest PollCollectionJob(Uri job);

    /// <summary>Deletes a collection job: DAP §4.6.3.</summary>
    public abstract DapRequest DeleteCollectionJob(Uri job);
}
