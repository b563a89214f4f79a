using System.Net;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>The Leader's collection jobs: DAP §4.6.1 (collect-init).</summary>
internal sealed class CollectionJobEndpoints
{
    private const int MaximumRequestLength = 1 << 20;
    private static readonly TimeSpan PollDelay = TimeSpan.FromSeconds(1);

    private readonly TaskDirectory _tasks;
    private readonly CollectionJobStore _store;
    private readonly TimeProvider _time;

    public CollectionJobEndpoints(TaskDirectory tasks, CollectionJobStore store, TimeProvider time)
    {
        _tasks = tasks;
        _store = store;
        _time = time;
    }

    /// <summary><c>POST tasks/{task-id}/collection_jobs</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Leader);
        context.RequireMediaType(DapMediaType.CollectionJobReq);
        byte[] body = await context.ReadBodyAsync(MaximumRequestLength);
        BatchRange? range = CollectionRequests.Check(task, WireMessage.Decode<CollectionJobReq>(body));
        CollectionJobCreation creation = await _store.CreateAsync(
            task.Stored, CollectionJobId.Random(), body, SHA256.HashData(body), range, _time.GetUtcNow(), context.RequestAborted);
        CollectionJob job = creation switch
        {
            CollectionJobCreation.Created created => created.Job,
            CollectionJobCreation.Existing existing => existing.Job,
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
        if (!await _store.DeleteAsync(task.Key, id, context.RequestAborted))
        {
            throw NotFound();
        }
    }

    private static async Task RespondAsync(HttpContext context, AggregatorTask task, CollectionJob job)
    {
        switch (job.State)
        {
            case CollectionJobState.Deleted:
                throw new HttpProblemException(HttpStatusCode.NotFound, "the collection job is gone", "the collection job was deleted");
            case CollectionJobState.Failed:
                throw new DapProblemException(
                    DapProblemType.FromUrn(job.ProblemType) ?? DapProblemType.InvalidMessage, job.ProblemDetail ?? "the collection job failed", task.Id);
            default:
                context.Response.Headers.Location = task.LeaderUrls.CollectionJob(task.Id, job.Id).AbsolutePath;
                break;
        }

        if (job.Response is { } response)
        {
            await context.WriteAsync(DapMediaType.CollectionJobResp, response);
        }
        else
        {
            context.Response.Headers.RetryAfter = RetryAfter.Format(PollDelay);
            context.Response.ContentLength = 0;
        }
    }

    private static HttpProblemException NotFound() =>
        new(HttpStatusCode.NotFound, "the collection job is not known", "no collection job with this ID exists in the task");
}
