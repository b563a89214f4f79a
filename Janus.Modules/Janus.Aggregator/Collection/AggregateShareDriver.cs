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
        : base(store, options.Value.CollectionJobDriver, tasks, signal, metrics.Jobs, time, logger)
    {
        _store = store;
        _collection = collection;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task StepAsync(AggregatorTask task, Lease<StoredAggregateShare> lease, CancellationToken cancellationToken)
    {
        StoredAggregateShare share = lease.Job;
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

        RequireHeld(isOurs);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "deferred aggregate share {ShareId} of task {TaskId} refused: {Problem}: {Detail}")]
    private partial void LogRefused(AggregateShareId shareId, TaskId taskId, string problem, string detail);
}
