using System.CommandLine;
using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus gc …</c>: garbage collection by hand.</summary>
internal static class GarbageCommand
{
    private const int RowsPerTransaction = 1000;
    private const long VacuumAfterRows = 10_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Command Create(IProcessHost host) => new("gc", "Remove what has expired")
    {
        CreateRun(host),
    };

    private static Command CreateRun(IProcessHost host)
    {
        ConfigurationOptions configuration = new();
        Option<TimeSpan?> gracePeriod = TextOption.Create<TimeSpan?>(
            "--grace-period",
            "DURATION",
            "How long expired data are kept, as Aggregator:GarbageCollection:GracePeriod of the processes; 1d unless given.",
            text => DurationText.Parse(text));
        Command command = new("run", "Do one round, as the role garbage-collector does all the time; safe beside it, and to interrupt") { gracePeriod };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            GarbageCollectionLimits limits = new(result.GetValue(gracePeriod) ?? TimeSpan.FromDays(1), RowsPerTransaction, Pause, VacuumAfterRows);
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            GarbageCollectionRound round = await datastore.Stores.GetRequiredService<GarbageRemoval>().RunAsync(limits, cancellationToken);
            TextWriter output = result.InvocationConfiguration.Output;
            foreach ((GarbageKind kind, long rows) in round.Deleted.OrderBy(pair => pair.Key))
            {
                await output.WriteLineAsync($"{kind.Table(),-24} {rows} rows deleted");
            }

            foreach (int week in round.DroppedWeeks)
            {
                DateTimeOffset start = DateTimeOffset.FromUnixTimeSeconds(ReportWeek.Epoch + ((long)week * ReportWeek.Seconds));
                await output.WriteLineAsync($"{"report_ids",-24} the week from {InstantText.Format(start)} dropped");
            }

            foreach (TaskId task in round.RemovedTasks)
            {
                await output.WriteLineAsync($"{"tasks",-24} nothing is left of {task}");
            }

            if (round.Rows == 0 && round.DroppedWeeks.Count == 0 && round.RemovedTasks.Count == 0)
            {
                await output.WriteLineAsync("nothing has expired");
            }

            return 0;
        });
        return command.WithExamples("janus gc run", "janus gc run --grace-period 7d");
    }
}
