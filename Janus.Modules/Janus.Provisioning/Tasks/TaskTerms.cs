using System.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>What all parties of a new task agree on, as its author says it: DAP §4.2 (task-configuration).</summary>
public sealed record TaskTerms
{
    private const int LongestTaskInfo = 255;

    private static readonly TimeSpan DefaultTimePrecision = TimeSpan.FromHours(1);

    /// <summary>The Leader's endpoint.</summary>
    public required Url Leader { get; init; }

    /// <summary>The Helper's endpoint.</summary>
    public required Url Helper { get; init; }

    /// <summary>The VDAF, and how its measurements are written.</summary>
    public required MeasurementEncoding Measurement { get; init; }

    /// <summary>The smallest number of reports that is ever aggregated.</summary>
    public required ulong MinBatchSize { get; init; }

    /// <summary>How reports are put into batches; by time interval unless given.</summary>
    public BatchMode? BatchMode { get; init; }

    /// <summary>The unit of the task's times, whole seconds; an hour unless given.</summary>
    public TimeSpan? TimePrecision { get; init; }

    /// <summary>Tells tasks apart that are otherwise alike, 1 to 255 bytes.</summary>
    public string? TaskInfo { get; init; }

    /// <summary>When the task takes reports, multiples of the time precision; for ever unless given.</summary>
    public (DateTimeOffset Start, TimeSpan Duration)? Interval { get; init; }

    /// <summary>The task's configuration; <see langword="null"/> with problems when there can be none.</summary>
    /// <param name="taskInfo">The <c>task_info</c> unless one is given.</param>
    /// <param name="problems">Takes what is wrong.</param>
    internal TaskConfiguration? Configure(string taskInfo, Problems problems)
    {
        byte[] info = Encoding.UTF8.GetBytes(TaskInfo ?? taskInfo);
        if (info.Length is 0 or > LongestTaskInfo)
        {
            problems.Add(ProvisioningField.TaskInfo, $"{ProvisioningField.TaskInfo}: a text of 1 to {LongestTaskInfo} bytes expected, {info.Length} given");
        }

        if (MinBatchSize == 0)
        {
            problems.Add(ProvisioningField.MinBatchSize, $"{ProvisioningField.MinBatchSize}: a number of at least 1 expected, 0 given");
        }

        TimeSpan unit = TimePrecision ?? DefaultTimePrecision;
        problems.RequireWholeSeconds(ProvisioningField.TimePrecision, unit);
        TimePrecision precision = new((ulong)Math.Max(1, unit.TotalSeconds));
        EndpointRules.RequireEndpoint(ProvisioningField.Leader, Leader, problems);
        EndpointRules.RequireEndpoint(ProvisioningField.Helper, Helper, problems);
        TaskExtension[] extensions = Interval is { } given ? [TaskExtension.TaskInterval(InUnits(given, precision, problems))] : [];
        return problems.IsEmpty ? Encode(info, precision, extensions, problems) : null;
    }

    private TaskConfiguration? Encode(byte[] taskInfo, TimePrecision precision, TaskExtension[] extensions, Problems problems)
    {
        try
        {
            TaskConfiguration configuration = new(new TaskConfigurationFields
            {
                TaskInfo = taskInfo,
                LeaderAggregatorEndpoint = Leader,
                HelperAggregatorEndpoint = Helper,
                TimePrecision = precision,
                MinBatchSize = MinBatchSize,
                BatchMode = BatchMode ?? Messages.BatchMode.TimeInterval,
                VdafType = Measurement.Vdaf.Type,
                VdafConfiguration = Measurement.Vdaf.EncodeConfiguration(),
                Extensions = extensions,
            });
            foreach (string mistake in TaskConfigurationRules.FindMistakes(configuration))
            {
                problems.AddIfAny(null, mistake);
            }

            return problems.Read(ProvisioningField.Vdaf, () => VdafDescription.Of(configuration)) is null ? null : configuration;
        }
        catch (ArgumentException failure)
        {
            problems.Add(null, $"the task cannot be encoded: {Quote.MessageOf(failure)}");
            return null;
        }
    }

    private static Interval InUnits((DateTimeOffset Start, TimeSpan Duration) given, TimePrecision precision, Problems problems)
    {
        Duration duration = new(problems.Units(ProvisioningField.TaskDuration, given.Duration, precision));
        if (given.Start >= DateTimeOffset.UnixEpoch && (ulong)given.Start.ToUnixTimeSeconds() % precision.Seconds == 0)
        {
            return new Interval(Time.FromDateTimeOffset(given.Start, precision), duration);
        }

        problems.Add(
            ProvisioningField.TaskStart,
            $"{ProvisioningField.TaskStart}: a start that is a multiple of the time precision {precision} expected, {given.Start.UtcDateTime:s}Z given");
        return default;
    }
}
