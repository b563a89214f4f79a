using Janus.Datastore;

namespace Janus.Provisioning;

/// <summary>What an operator may change about a task that runs.</summary>
public static class TaskChanges
{
    /// <summary>Gives a task a report expiry age, or a shorter one, rounded up to its time precision, and returns it in that unit.</summary>
    /// <exception cref="ProvisioningException">It has a shorter one.</exception>
    public static async Task<ulong> ShortenReportExpiryAgeAsync(TaskStore tasks, DapTask task, TimeSpan age, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentNullException.ThrowIfNull(task);
        Problems problems = new();
        problems.RequireWholeSeconds(ProvisioningField.ReportExpiryAge, age);
        problems.ThrowIfAny();
        ulong precision = task.Configuration.TimePrecision.Seconds;
        ulong units = ((ulong)age.TotalSeconds + precision - 1) / precision;
        return units == task.ReportExpiryAge || await tasks.ShortenReportExpiryAgeAsync(task.Id, units, cancellationToken)
            ? units
            : throw new ProvisioningException(
                ProvisioningField.ReportExpiryAge,
                $"the report expiry age of task {task.Id} is {task.ReportExpiryAge * precision}s and can only become shorter");
    }
}
