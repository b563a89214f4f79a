using System.Net;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>The Helper's aggregate shares: DAP §4.6.4 (collect-aggregate).</summary>
internal sealed class AggregateShareEndpoints
{
    private const int MaximumRequestLength = 1 << 20;

    private readonly TaskDirectory _tasks;
    private readonly HelperAggregateShares _shares;

    public AggregateShareEndpoints(TaskDirectory tasks, HelperAggregateShares shares)
    {
        _tasks = tasks;
        _shares = shares;
    }

    /// <summary><c>POST tasks/{task-id}/aggregate_shares</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        context.RequireMediaType(DapMediaType.AggregateShareReq);
        byte[] body = await context.ReadBodyAsync(MaximumRequestLength);
        AggregateShareReq request = WireMessage.Decode<AggregateShareReq>(body);
        (AggregateShareId id, byte[] response) = await _shares.CreateAsync(task, request, SHA256.HashData(body), context.RequestAborted);
        await RespondAsync(context, task, id, response);
    }

    /// <summary><c>GET tasks/{task-id}/aggregate_shares/{aggregate-share-id}</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.AuthenticateAsync(context, Role.Helper);
        AggregateShareId id = context.RouteId<AggregateShareId>(DapRoute.AggregateShareId);
        byte[] response = await _shares.FindAsync(task, id, context.RequestAborted) ?? throw NotFound();
        await RespondAsync(context, task, id, response);
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

    private static Task RespondAsync(HttpContext context, AggregatorTask task, AggregateShareId id, byte[] response)
    {
        context.Response.Headers.Location = task.HelperUrls.AggregateShare(task.Id, id).AbsolutePath;
        return context.WriteAsync(DapMediaType.AggregateShare, response);
    }

    private static HttpProblemException NotFound() =>
        new(HttpStatusCode.NotFound, "the aggregate share is not known", "no aggregate share with this ID exists in the task");
}
