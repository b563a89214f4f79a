using System.Globalization;
using System.Net;
using Janus.Cli.Values;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Collecting;

/// <summary>What <c>janus collect</c> says about a batch, why its result may be missing, and what helps.</summary>
/// <param name="task">The task.</param>
/// <param name="batchInterval">The interval of the batch; null for a batch that the Leader selects.</param>
internal sealed class CollectionTexts(CollectorTask task, Interval? batchInterval)
{
    /// <summary>The batch with exact times.</summary>
    public string Batch => batchInterval is { } interval
        ? $"interval {Bounds(interval)}"
        : "the next batch that the Leader selects";

    /// <summary>A warning that the interval is not over, or null.</summary>
    public string? FindOpenInterval(DateTimeOffset now)
    {
        if (batchInterval is not { } interval || !interval.TryGetEnd(out Time end))
        {
            return null;
        }

        bool isOver = end.TryToDateTimeOffset(task.TimePrecision, out DateTimeOffset instant) && instant <= now;
        return isOver
            ? null
            : $"""
              The interval ends only at {Instant(end)}; now it is {InstantText.Format(now)}. Collecting it closes it: reports of it that
              Clients upload afterwards are refused ("report_replayed") and counted nowhere.
              """;
    }

    /// <summary>Why there may be no result yet, for one who waits.</summary>
    public string ExplainWaiting(TimeSpan waited)
    {
        ulong minimum = task.Configuration.MinBatchSize;
        string reports = minimum == 1 ? "1 valid report" : $"{minimum} valid reports";
        string few = batchInterval is null
            ? $"There are fewer than {reports} that no batch has yet."
            : $"Fewer than {reports} have a time in the interval: is it the right one (times are in UTC), and have Clients uploaded?";
        return $"""
            No result after {DurationText.Round(waited)}. The Leader has the collection job, and waits for the batch:
              batch   {Batch}
              needs   at least {reports}, all of them aggregated by the Leader and the Helper
            Usual causes:
              - {few}
              - The reports are still being aggregated: it takes a minute, or longer when there are many.
              - The Helper is down, does not know the task, or refuses the Leader's token.
              - The Helper rejects the reports: the two do not have the same verify key or task configuration.
              - No process of the Leader has the roles that aggregate and collect.
            DAP does not tell a Collector which. The Leader's operator sees it: janus task status {task.Id}
            """;
    }

    /// <summary>How to go on with a job that is not waited for any longer, and how to delete it.</summary>
    /// <param name="command">The command without what is to be collected.</param>
    /// <param name="job">The job.</param>
    public static string ExplainLeaving(string command, CollectionJobHandle job)
    {
        string handle = ShellWord.Quote(job.Serialize());
        return $"""
            The Leader goes on with the collection job. To wait for its result again:
              {command} --resume {handle}
            To delete it, if it was a mistake:
              {command} --delete {handle}
            """;
    }

    /// <summary>What helps when the Leader refuses a request, or null.</summary>
    public string? FindRemedy(DapResponseException refusal) => refusal switch
    {
        { Status: HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden } =>
            $"the Leader {task.Configuration.LeaderAggregatorEndpoint} does not take the collector_token of the task file, or asks for a client certificate: "
            + $"its operator sees the tokens with 'janus task token list {task.Id}' and makes one with 'janus task token add'",
        { Type: { } type } when type == DapProblemType.UnrecognizedTask =>
            $"the Leader {task.Configuration.LeaderAggregatorEndpoint} does not know the task {task.Id}: it was not added there, or has been deleted",
        { Type: { } type } when type == DapProblemType.BatchOverlap =>
            "reports of this interval have been collected in another one: collect exactly that interval again, or one that does not overlap it",
        { Type: { } type } when type == DapProblemType.InvalidBatchSize =>
            $"the batch needs at least {task.Configuration.MinBatchSize} valid reports",
        { Type: { } type } when type == DapProblemType.BatchMismatch =>
            "the two Aggregators have not aggregated the same reports: their operators have to look into it",
        { Status: HttpStatusCode.NotFound } =>
            "the Leader does not know the collection job: it has been deleted, or its result was fetched in leader-selected mode",
        _ => null,
    };

    private string Bounds(Interval interval) =>
        $"{Instant(interval.Start)} to {(interval.TryGetEnd(out Time end) ? Instant(end) : "the end of time")} ({Length(interval)})";

    private string Instant(Time time) => time.TryToDateTimeOffset(task.TimePrecision, out DateTimeOffset instant)
        ? InstantText.Format(instant)
        : $"{time} × {task.TimePrecision}";

    private string Length(Interval interval)
    {
        UInt128 seconds = (UInt128)interval.Duration.Value * task.TimePrecision.Seconds;
        (UInt128 unit, string name) = (seconds % 86_400 == 0, seconds % 3600 == 0, seconds % 60 == 0) switch
        {
            (true, _, _) => ((UInt128)86_400, "d"),
            (_, true, _) => ((UInt128)3600, "h"),
            (_, _, true) => ((UInt128)60, "m"),
            _ => (UInt128.One, "s"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / unit}{name}");
    }
}
