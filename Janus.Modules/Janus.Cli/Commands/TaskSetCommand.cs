using System.CommandLine;
using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Messages;
using Janus.Provisioning;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus task set</c>: changes what an aggregator may choose anew about a task that runs.</summary>
internal static class TaskSetCommand
{
    private const string Notes =
        """
        Running processes take the change up within seconds. The report expiry age can only become shorter: reports between the
        two ages may be forgotten already, and could be counted a second time if they were taken again.
        """;

    public static Command Create(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Argument<TaskId> taskId = TaskIdArgument.Create();
        Option<TimeSpan> reportExpiryAge = TextOption.Create(
            "--report-expiry-age",
            "DURATION",
            "How old reports may get here, such as 14d: older ones are refused, and what they have left is removed.",
            text => DurationText.Parse(text));
        reportExpiryAge.Required = true;
        Command command = new("set", "Change a task: how old its reports may get") { taskId, reportExpiryAge };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            TaskId id = result.GetValue(taskId);
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            TaskStore tasks = datastore.Stores.GetRequiredService<TaskStore>();
            DapTask task = await tasks.FindAsync(id, cancellationToken) ?? throw new CliException($"there is no task {id}");
            ulong age = await ShortenAsync(tasks, task, result.GetValue(reportExpiryAge), cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"the report expiry age of task {id} is {age * task.Configuration.TimePrecision.Seconds}s");
            return 0;
        });
        return command.WithNotes(Notes).WithExamples("janus task set A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1s --report-expiry-age 14d");
    }

    private static async Task<ulong> ShortenAsync(TaskStore tasks, DapTask task, TimeSpan age, CancellationToken cancellationToken)
    {
        try
        {
            return await TaskChanges.ShortenReportExpiryAgeAsync(tasks, task, age, cancellationToken);
        }
        catch (ProvisioningException refusal)
        {
            throw new CliException($"{ProvisioningCommand.Describe(refusal)}: 'janus task set --help' tells why", refusal);
        }
    }
}
