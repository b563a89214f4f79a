using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Provisioning;

/// <summary>A task that an Aggregator can take part in, as it is stored.</summary>
/// <param name="Task">The task to add to the <see cref="TaskStore"/>.</param>
/// <param name="Parameters">What is known of it here, of which the others get their parts.</param>
/// <param name="Warnings">What the operator should think of, in lower-case words.</param>
public sealed record ProvisionedTask(DapTask Task, TaskParameters Parameters, IReadOnlyList<string> Warnings)
{
    /// <summary>Checks a task and makes it one of this Aggregator.</summary>
    /// <param name="known">The task as the Leader knows it, or as we do.</param>
    /// <param name="ours">What we are in the task, Leader or Helper.</param>
    /// <param name="settings">What we choose for ourselves.</param>
    /// <param name="now">The present time.</param>
    /// <exception cref="ArgumentException">The task is as somebody knows it who does not know enough.</exception>
    /// <exception cref="ProvisioningException">The task or the settings have mistakes.</exception>
    public static ProvisionedTask Make(TaskParameters known, Role ours, AggregatorSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(settings);
        if (known.Recipient != ours && known.Recipient is not Role.Leader)
        {
            throw new ArgumentException($"the {known.Recipient} does not know what the {ours} has to", nameof(known));
        }

        TaskConfiguration configuration = known.Configuration;
        TaskParameters parameters = known with { DifferentialPrivacy = settings.DifferentialPrivacy };
        Problems problems = new();
        IReadOnlyList<string> warnings = TaskRules.Check(configuration, settings.DifferentialPrivacy, problems);
        if (configuration.MinBatchSize == 1)
        {
            warnings = [.. warnings, "the minimum batch size is 1: the Collector may ask for a batch of a single report, whose result is its measurement"];
        }

        EndpointRules.RequireTls(configuration.LeaderAggregatorEndpoint, configuration.HelperAggregatorEndpoint, settings.AllowHttp, problems);
        DapTask task = parameters.For(ours).ToDapTask(now) with
        {
            TargetBatchSize = settings.TargetBatchSize,
            BatchTimeWindow = UnitsOf(ProvisioningField.BatchTimeWindow, settings.BatchTimeWindow),
            Asynchronous = settings.Asynchronous,
            ReportExpiryAge = UnitsOf(ProvisioningField.ReportExpiryAge, settings.ReportExpiryAge),
        };
        RequireFitting(task, problems);
        problems.ThrowIfAny();
        return new ProvisionedTask(task, parameters, warnings);

        ulong? UnitsOf(ProvisioningField field, TimeSpan? duration) =>
            duration is { } given ? problems.Units(field, given, configuration.TimePrecision) : null;
    }

    private static void RequireFitting(DapTask task, Problems problems)
    {
        SettingRules.RequireHelper(task.Role, task.Asynchronous, problems);
        SettingRules.RequireStorable(task.TargetBatchSize, problems);
        RequireLeaderSelection(task, ProvisioningField.TargetBatchSize, task.TargetBatchSize, problems);
        RequireLeaderSelection(task, ProvisioningField.BatchTimeWindow, task.BatchTimeWindow, problems);
        if (task.TargetBatchSize < task.Configuration.MinBatchSize)
        {
            problems.Add(
                ProvisioningField.TargetBatchSize,
                $"{ProvisioningField.TargetBatchSize}: at least the minimum batch size {task.Configuration.MinBatchSize} expected, {task.TargetBatchSize} given");
        }
    }

    private static void RequireLeaderSelection(DapTask task, ProvisioningField field, ulong? value, Problems problems)
    {
        if (value is not null && (task.Role is not Role.Leader || task.Configuration.BatchMode is not BatchMode.LeaderSelected))
        {
            problems.Add(field, $"{field} is for the leader of a leader-selected task");
        }
    }
}
