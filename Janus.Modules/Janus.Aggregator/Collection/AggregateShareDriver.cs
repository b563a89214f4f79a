using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The role <c>collection-job-driver</c> on a Helper: computes the aggregate shares that were deferred: DAP §3.1
/// (asynchronous-request-handling).
/// </summary>
/// <remarks>
/// A refusal ends the request with a problem for the Leader. What fails otherwise is the database or we, and is tried again.
/// </remarks>
internal sealed partial class AggregateShareDriver : JobDriver<StoredAggregateShare>
{
    private readonly AggregateShareStore _store;
    private readonly HelperCollection _collection;
    private readonly TaskDirectory _tasks;
    private readonly ILogger<AggregateShareDriver> _logger;

    public AggregateShareDriver(
        IOptions<AggregatorOptions> options,
        AggregateShareStore store,
        HelperCollection collection,
        TaskDirectory tasks,
        AggregatorMetrics metrics,
        WorkSignal signal,
        TimeProvider time,
        ILogger<AggregateShareDriver> logger)
        : base(options.Value.CollectionJobDriver, signal, WorkKind.AggregateShares, metrics.Jobs, time, logger)
    {
        _store = store;
        _collection = collection;
        _tasks = tasks;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<Lease<StoredAggregateShare>>> AcquireAsync(
        int maximum, TimeSpan duration, DateTimeOffset now, IReadOnlyCollection<int> exceptTasks, CancellationToken cancellationToken) =>
        _store.AcquireAsync(maximum, duration, now, exceptTasks, cancellationToken);

    /// <inheritdoc/>
    protected override Task ReleaseAsync(Lease<StoredAggregateShare> lease, DateTimeOffset notBefore, CancellationToken cancellationToken) =>
        _store.ReleaseAsync(lease, notBefore, cancellationToken);

    /// <inheritdoc/>
    protected override int TaskKeyOf(StoredAggregateShare job) => job.TaskKey;

    /// <inheritdoc/>
    protected override JobName NameOf(StoredAggregateShare job) => new("deferred aggregate share", job.Id, _tasks.NameOf(job.TaskKey));

    /// <inheritdoc/>
    protected override async Task StepAsync(Lease<StoredAggregateShare> lease, CancellationToken cancellationToken)
    {
        StoredAggregateShare share = lease.Job;
        AggregatorTask task = await _tasks.GetAsync(share.TaskKey, cancellationToken);
        AggregatorActivities.DescribeTask(task.Id);
        AggregateShareReq request = WireMessage.Decode<AggregateShareReq>(share.Request);
        bool isOurs;
        try
        {
            isOurs = await _collection.CollectAsync(task, share, request, lease, cancellationToken) is not null;
        }
        catch (DapProblemException problem)
        {
            LogRefused(share.Id, task.Id, problem.Type.Token, problem.Detail);
            isOurs = await _store.FailAsync(lease, problem.Type.Urn, problem.Detail, cancellationToken);
        }

        if (!isOurs)
        {
            CountLostLease();
            LogOvertaken(share.Id, task.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "deferred aggregate share {ShareId} of task {TaskId} refused: {Problem}: {Detail}")]
    private partial void LogRefused(AggregateShareId shareId, TaskId taskId, string problem, string detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "deferred aggregate share {ShareId} of task {TaskId} was deleted, or another driver has it")]
    private partial void LogOvertaken(AggregateShareId shareId, TaskId taskId);
}
