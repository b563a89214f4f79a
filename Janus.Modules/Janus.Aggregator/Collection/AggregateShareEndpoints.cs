using System.Net;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>The Helper's aggregate shares: DAP §4.6.4 (collect-aggregate).</summary>
internal sealed class AggregateShareEndpoints
{
    private const int MaximumRequestLength = 1 << 20;

    private readonly TaskDirectory _tasks;
    private readonly HelperAggregateShares _shares;
    private readonly AggregationJobQueue _queue;

    public AggregateShareEndpoints(TaskDirectory tasks, HelperAggregateShares shares, AggregationJobQueue queue)
    {
        _tasks = tasks;
        _shares = shares;
        _queue = queue;
    }

    /// <summary><c>POST tasks/{task-id}/aggregate_shares</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        context.RequireMediaType(task.Version.MediaTypes.AggregateShareReq);
        using Arrival arrival = _queue.ReceiveMemory(task, context, MaximumRequestLength);
        byte[] body = await context.ReadBodyAsync(arrival, MaximumRequestLength);
        await RespondAsync(context, task, await _shares.CreateAsync(task, body, context.RequestAborted));
    }

    /// <summary><c>GET tasks/{task-id}/aggregate_shares/{aggregate-share-id}</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregateShareId id = context.RouteId<AggregateShareId>(DapRoute.AggregateShareId);
        await RespondAsync(context, task, await _shares.FindAsync(task, id, context.RequestAborted) ?? throw NotFound());
    }

    /// <summary><c>DELETE tasks/{task-id}/aggregate_shares/{aggregate-share-id}</c>.</summary>
    public async Task DeleteAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregateShareId id = context.RouteId<AggregateShareId>(DapRoute.AggregateShareId);
        if (!await _shares.DeleteAsync(task, id, context.RequestAborted))
        {
            throw NotFound();
        }
    }

    private async Task RespondAsync(HttpContext context, AggregatorTask task, StoredAggregateShare share)
    {
        if (share.State == AggregateShareState.Failed)
        {
            throw new DapProblemException(DapProblemType.FromUrn(share.ProblemType)!, share.ProblemDetail!, task.Id);
        }

        context.Response.Headers.Location = task.HelperUrls.AggregateShare(task.Id, share.Id).AbsolutePath;
        if (share.Response is { } response)
        {
            await context.WriteAsync(task.Version.MediaTypes.AggregateShare, response);
            return;
        }

        context.Response.Headers.RetryAfter = RetryAfter.Format(await _shares.RetryAfterAsync(context.RequestAborted));
        context.Response.ContentLength = 0;
    }

    private static HttpProblemException NotFound() =>
        new(HttpStatusCode.NotFound, "the aggregate share is not known", "no aggregate share with this ID exists in the task");
}
