using System.Runtime.CompilerServices;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>What a task's configuration means, and whether this implementation can take part in it.</summary>
public static class TaskConfigurationRules
{
    /// <summary>
    /// The interval of the <c>task_interval</c> extension, or <see langword="null"/> when the task runs for ever:
    /// DAP §4.2.3 (task-interval-extension).
    /// </summary>
    /// <exception cref="DecodeException">The extension is malformed.</exception>
    public static Interval? TaskInterval(this TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        TaskExtension? extension = configuration.Extensions
            .FirstOrDefault(extension => extension.ExtensionType == TaskExtensionType.TaskInterval);
        return extension is null
            ? null
            : WireMessage.Decode<TaskIntervalTaskExtension>(extension.ExtensionData.Span).TaskInterval;
    }

    /// <summary>
    /// Everything that keeps this implementation from taking part in a task, as lower-case sentences; empty when
    /// nothing does: DAP §4.2 (task-configuration). The VDAF is not looked at.
    /// </summary>
    public static IReadOnlyList<string> FindMistakes(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        List<string> mistakes = [];
        CheckEndpoint(configuration.LeaderAggregatorEndpoint, "leader_aggregator_endpoint", mistakes);
        CheckEndpoint(configuration.HelperAggregatorEndpoint, "helper_aggregator_endpoint", mistakes);
        if (configuration.MinBatchSize == 0)
        {
            mistakes.Add("min_batch_size: expected at least 1");
        }

        if (configuration.BatchMode is not (BatchMode.TimeInterval or BatchMode.LeaderSelected))
        {
            mistakes.Add($"batch_mode: expected time_interval (1) or leader_selected (2), got {(byte)configuration.BatchMode}");
        }
        else if (!configuration.BatchConfig.IsEmpty)
        {
            mistakes.Add("batch_config: nothing expected for this batch mode");
        }

        CheckExtensions(configuration, mistakes);
        return mistakes;
    }

    /// <summary>Refuses a task in which <see cref="FindMistakes"/> finds any.</summary>
    /// <exception cref="ArgumentException">This implementation cannot take part in the task; the message tells why.</exception>
    public static void ThrowIfMistaken(
        TaskConfiguration configuration, [CallerArgumentExpression(nameof(configuration))] string? parameterName = null)
    {
        IReadOnlyList<string> mistakes = FindMistakes(configuration);
        if (mistakes.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", mistakes), parameterName);
        }
    }

    private static void CheckExtensions(TaskConfiguration configuration, List<string> mistakes)
    {
        if (!ExtensionRules.AreStrictlyIncreasing(configuration.Extensions))
        {
            mistakes.Add("extensions: expected types in strictly increasing order");
        }

        foreach (ushort code in ExtensionRules.Unrecognized(
            configuration.Extensions, code => code == (ushort)TaskExtensionType.TaskInterval))
        {
            mistakes.Add($"extensions: type {code} is not supported");
        }

        try
        {
            if (configuration.TaskInterval() is { } interval && (interval.IsEmpty || !interval.TryGetEnd(out _)))
            {
                mistakes.Add("extensions: expected a task_interval that is not empty and ends");
            }
        }
        catch (DecodeException exception)
        {
            mistakes.Add($"extensions: {Quote.MessageOf(exception)}");
        }
    }

    private static void CheckEndpoint(Url endpoint, string field, List<string> mistakes)
    {
        try
        {
            _ = new AggregatorUrls(endpoint);
        }
        catch (ArgumentException)
        {
            mistakes.Add($"{field}: expected an absolute https URL without query and fragment");
        }
    }
}
