using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// Tells what keeps us from opting into a task that is new here: Taskprov (provisioning-a-task). Inputs to outcome,
/// without I/O.
/// </summary>
internal sealed class TaskprovPolicy
{
    private readonly TaskprovOptions _options;

    public TaskprovPolicy(IOptions<AggregatorOptions> options) => _options = options.Value.Taskprov;

    /// <summary>Why the task is not opted into, as lower-case sentences that an operator can act on; empty when it is.</summary>
    public IReadOnlyList<string> Refusals(TaskConfiguration configuration, Role role, DateTimeOffset now)
    {
        // What is not understood can neither be measured nor served.
        IReadOnlyList<string> mistakes = TaskConfigurationRules.FindMistakes(configuration);
        if (mistakes.Count > 0)
        {
            return mistakes;
        }

        return
        [
            .. OfEndpoint(configuration, role),
            .. OfVdaf(configuration),
            .. OfBatches(configuration),
            .. OfTimes(configuration, now),
        ];
    }

    private IEnumerable<string> OfEndpoint(TaskConfiguration configuration, Role role)
    {
        Url url = role == Role.Leader ? configuration.LeaderAggregatorEndpoint : configuration.HelperAggregatorEndpoint;
        string? own = TaskprovEndpoints.Normalize(url.ToString());
        if (!_options.Endpoints.Any(endpoint => TaskprovEndpoints.Normalize(endpoint.OriginalString) == own))
        {
            yield return $"{own} is not an endpoint of this {role} (Taskprov.Endpoints)";
        }
    }

    private List<string> OfVdaf(TaskConfiguration configuration)
    {
        if (!_options.Vdafs.Contains(configuration.VdafType))
        {
            return [$"the VDAF {configuration.VdafType} is not among those allowed here (Taskprov.Vdafs)"];
        }

        try
        {
            VdafDescription vdaf = VdafDescription.DecodeUnchecked(configuration.VdafType, configuration.VdafConfiguration.Span);
            string[] refusals = [.. OfSize(vdaf)];
            return refusals.Length > 0 ? [.. refusals]
                : vdaf.FindMistake() is { } mistake ? [mistake]
                : new WrapAround(vdaf).FindMistake(configuration.MinBatchSize) is { } wrap ? [wrap]
                : [];
        }
        catch (UnsupportedVdafException exception)
        {
            return [Quote.MessageOf(exception)];
        }
    }

    private IEnumerable<string> OfSize(VdafDescription description)
    {
        if (description.MaximumElement > _options.MaximumMeasurement)
        {
            yield return $"expected measurements of at most {_options.MaximumMeasurement}, got {description.MaximumElement} (Taskprov.MaximumMeasurement)";
        }

        if (description.Length > _options.MaximumLength)
        {
            yield return $"expected a length of at most {_options.MaximumLength}, got {description.Length} (Taskprov.MaximumLength)";
        }

        if (description.Sizes.ReportShares > _options.MaximumReportBytes)
        {
            yield return $"expected a report's shares of at most {_options.MaximumReportBytes} bytes, got {description.Sizes.ReportShares} for {description} (Taskprov.MaximumReportBytes)";
        }
    }

    private IEnumerable<string> OfBatches(TaskConfiguration configuration)
    {
        if (!_options.BatchModes.Contains(configuration.BatchMode))
        {
            yield return $"the batch mode {configuration.BatchMode} is not among those allowed here (Taskprov.BatchModes)";
        }

        if (configuration.MinBatchSize < (ulong)_options.MinimumBatchSize)
        {
            yield return $"expected a minimum batch size of at least {_options.MinimumBatchSize}, got {configuration.MinBatchSize} (Taskprov.MinimumBatchSize)";
        }
        else if (configuration.MinBatchSize > long.MaxValue)
        {
            yield return $"expected a minimum batch size of at most {long.MaxValue}, got {configuration.MinBatchSize}";
        }
    }

    private IEnumerable<string> OfTimes(TaskConfiguration configuration, DateTimeOffset now)
    {
        ulong precision = configuration.TimePrecision.Seconds;
        if (precision < _options.MinimumTimePrecision.TotalSeconds || precision > _options.MaximumTimePrecision.TotalSeconds)
        {
            return [$"expected a time precision of {_options.MinimumTimePrecision} to {_options.MaximumTimePrecision}, got {precision} seconds (Taskprov.MinimumTimePrecision, MaximumTimePrecision)"];
        }

        return configuration.TaskInterval() is { } interval ? OfInterval(interval, configuration.TimePrecision, now)
            : _options.RequireTaskInterval ? ["expected a task_interval: the task would never end (Taskprov.RequireTaskInterval)"]
            : [];
    }

    private IEnumerable<string> OfInterval(Interval interval, TimePrecision precision, DateTimeOffset now)
    {
        // The interval ends: the rules above have seen to it. Its start may still be beyond any calendar.
        interval.TryGetEnd(out Time end);
        ulong current = Time.FromDateTimeOffset(now, precision).Value;
        ulong lifetime = (ulong)_options.MaximumLifetime.TotalSeconds / precision.Seconds;
        if (end.Value <= current)
        {
            yield return "the task has ended";
        }

        if (interval.Duration.Value > lifetime)
        {
            yield return $"expected a task_interval of at most {_options.MaximumLifetime}, got {interval.Duration.Value} times {precision.Seconds} seconds (Taskprov.MaximumLifetime)";
        }

        if (interval.Start.Value > current && interval.Start.Value - current > lifetime)
        {
            yield return $"expected a task_interval that starts within {_options.MaximumLifetime} from now (Taskprov.MaximumLifetime)";
        }
    }
}
