using System.Net;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's collection jobs: DAP §4.6.1 (collect-init).</summary>
internal sealed class CollectionJobEndpoints
{
    private const int MaximumRequestLength = 1 << 20;

    // Of requests that arrive or are worked on, for all tasks together and in percent for one; a usual one has a hundred bytes.
    private const int RequestMemory = 64 << 20;
    private const int RequestShare = 75;
    private const int RequestOverhead = 16 << 10;

    private readonly TaskDirectory _tasks;
    private readonly CollectionJobStore _store;
    private readonly AggregateShareDeletions _deletions;
    private readonly TimeSpan _retryAfter;
    private readonly TimeProvider _time;
    private readonly Arrivals<int> _requests;

    public CollectionJobEndpoints(
        IOptions<AggregatorOptions> options, TaskDirectory tasks, CollectionJobStore store, AggregateShareDeletions deletions, TimeProvider time)
    {
        _retryAfter = options.Value.CollectionJobs.RetryAfter;
        _tasks = tasks;
        _store = store;
        _deletions = deletions;
        _time = time;
        _requests = new Arrivals<int>(RequestMemory, RequestShare, RequestOverhead, time, Shed);
    }

    /// <summary><c>POST tasks/{task-id}/collection_jobs</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Leader);
        context.RequireMediaType(task.Version.MediaTypes.CollectionJobReq);
        using Arrival arrival = _requests.Enter(task.Key, context, 0);
        byte[] body = await context.ReadBodyAsync(arrival, MaximumRequestLength);
        CollectionJobReq request = WireMessage.Decode<CollectionJobReq>(body);
        BatchRange? range = CollectionRequests.Check(task, request);
        CollectionJobCreation creation = await _store.CreateAsync(
            task.Stored, CollectionJobId.Random(), body, SHA256.HashData(body), request.AggParam.ToArray(), range, _time.GetUtcNow(), context.RequestAborted);
        CollectionJob job = creation switch
        {
            CollectionJobCreation.Created created => created.Job,
            CollectionJobCreation.Existing existing => existing.Job,
            CollectionJobCreation.OtherAggParam => throw new DapProblemException(
                DapProblemType.InvalidMessage, "reports of the batch have been aggregated with another aggregation parameter", task.Id),
            CollectionJobCreation.Expired => throw new DapProblemException(
                DapProblemType.BatchInvalid, CollectionRequests.ExpiredDetail(task), task.Id),
            _ => throw new DapProblemException(DapProblemType.BatchOverlap, "the query overlaps a batch that has been collected", task.Id),
        };
        await RespondAsync(context, task, job);
    }

    /// <summary><c>GET tasks/{task-id}/collection_jobs/{collection-job-id}</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Leader);
        CollectionJobId id = context.RouteId<CollectionJobId>(DapRoute.CollectionJobId);
        CollectionJob job = await _store.FindAsync(task.Key, id, context.RequestAborted) ?? throw NotFound();
        await RespondAsync(context, task, job);
    }

    /// <summary><c>DELETE tasks/{task-id}/collection_jobs/{collection-job-id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Leader);
        CollectionJobId id = context.RouteId<CollectionJobId>(DapRoute.CollectionJobId);
        CollectionJobDeletion deletion = await _store.DeleteAsync(task.Key, id, context.RequestAborted) ?? throw NotFound();
        if (deletion.HelperLocation is { } location)
        {
            _deletions.TryAdd(task, new Uri(location));
        }
    }

    private async Task RespondAsync(HttpContext context, AggregatorTask task, CollectionJob job)
    {
        switch (job.State)
        {
            case CollectionJobState.Deleted:
                throw new HttpProblemException(HttpStatusCode.NotFound, "the collection job is gone", "the collection job was deleted");
            case CollectionJobState.Failed:
                throw FailureOf(task, job);
            default:
                context.Response.Headers.Location = task.LeaderUrls.CollectionJob(task.Id, job.Id).AbsolutePath;
                break;
        }

        if (job.Response is { } response)
        {
            await context.WriteAsync(task.Version.MediaTypes.CollectionJobResp, response);
        }
        else
        {
            context.Response.Headers.RetryAfter = RetryAfter.Format(_retryAfter);
            context.Response.ContentLength = 0;
        }
    }

    // An error that only the Helper knows is passed on as it came.
    private static Exception FailureOf(AggregatorTask task, CollectionJob job)
    {
        string detail = job.ProblemDetail ?? "the collection job failed";
        return DapProblemType.FromUrn(job.ProblemType) is { } type
            ? new DapProblemException(type, detail, task.Id)
            : new HttpProblemException(HttpStatusCode.BadRequest, "the collection job failed", detail) { Type = job.ProblemType! };
    }

    private HttpProblemException Shed(QuotaAnswer answer) => answer switch
    {
        QuotaAnswer.OverShare => HttpProblemException.TooMany("too many collection requests of this task are in progress; try again later", _retryAfter),
        QuotaAnswer.TooSlow => HttpProblemException.TooSlow(_retryAfter),
        _ => HttpProblemException.Unavailable("too many collection requests are in progress; try again later", _retryAfter),
    };

    private static HttpProblemException NotFound() =>
        new(HttpStatusCode.NotFound, "the collection job is not known", "no collection job with this ID exists in the task");
}
