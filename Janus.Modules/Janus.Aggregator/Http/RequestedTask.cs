using Janus.Messages;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>What is known of the task that a request is about, for whoever tells of the request: one in which we take part.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="IsAuthenticated">Whether the sender has proved to be the task's Leader or Collector.</param>
internal sealed record RequestedTask(TaskId TaskId, bool IsAuthenticated)
{
    /// <summary>What is known of a request; null when it is about no task, or none of ours.</summary>
    public static RequestedTask? Of(HttpContext context) => context.Features.Get<RequestedTask>();

    /// <summary>Notes it with the request.</summary>
    public void NoteIn(HttpContext context) => context.Features.Set(this);
}
