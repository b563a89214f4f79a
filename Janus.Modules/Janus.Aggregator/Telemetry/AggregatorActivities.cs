using System.Diagnostics;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The spans of what an aggregator does by itself; those of requests are the web server's.</summary>
/// <remarks>
/// Each piece of work is a trace of its own, which the requests to the Helper carry on: W3C Trace Context. Spans have task
/// and job IDs, which metrics have not, and never a share, a token or a key.
/// </remarks>
internal static class AggregatorActivities
{
    /// <summary>The name of the source.</summary>
    public const string SourceName = "Janus.Aggregator";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a trace; null when nobody listens.</summary>
    /// <param name="name">What is done, such as <c>aggregation job step</c>.</param>
    /// <param name="links">What it is done for.</param>
    public static Activity? StartRoot(string name, IEnumerable<ActivityLink>? links = null)
    {
        // Whatever happened to start the worker is not what it works for.
        Activity.Current = null;
        return Source.StartActivity(ActivityKind.Internal, parentContext: default, links: links, name: name);
    }

    /// <summary>Says in the present span which task it is about.</summary>
    public static void DescribeTask(TaskId id)
    {
        if (Activity.Current is { IsAllDataRequested: true } activity)
        {
            activity.SetTag("janus.task.id", id.ToString());
        }
    }

    /// <summary>Says in the span how its work ended.</summary>
    public static void End(this Activity? activity, string outcome, Exception? failure = null)
    {
        if (activity is null)
        {
            return;
        }

        activity.SetTag("janus.outcome", outcome);
        if (failure is not null)
        {
            activity.SetTag("error.type", failure.GetType().Name);
            activity.SetStatus(ActivityStatusCode.Error, failure.Message);
        }
    }
}
