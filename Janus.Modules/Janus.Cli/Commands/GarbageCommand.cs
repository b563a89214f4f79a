using System.CommandLine;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Cli.Commands;

/// <summary><c>janus gc …</c>: garbage collection by hand.</summary>
internal static class GarbageCommand
{
    private static readonly TimeSpan ShortestGracePeriod = TimeSpan.FromMinutes(10);

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
            "How long expired data are kept, 10 minutes at least; unless given, as long as Aggregator:GarbageCollection:GracePeriod tells the processes.",
            text => DurationText.Parse(text) is var period && period >= ShortestGracePeriod
                ? period
                : throw new FormatException($"10 minutes at least expected, since clocks differ and steps of jobs take their time, {Quote.Of(text)} given"));
        Command command = new("run", "Do one round, as the role garbage-collector does all the time; safe beside it, and to interrupt") { gracePeriod };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using IDatastoreAccess datastore = await host.OpenDatastoreAsync(configuration.Read(result), migrate: false, cancellationToken);
            GarbageCollectionLimits limits = datastore.GarbageCollection;
            limits = limits with { GracePeriod = result.GetValue(gracePeriod) ?? limits.GracePeriod };
            GarbageCollectionRound round = await datastore.Stores.GetRequiredService<GarbageRemoval>().RunAsync(limits, cancellationToken);
            TextWriter output = result.InvocationConfiguration.Output;
            foreach ((GarbageKind kind, long rows) in round.Deleted.OrderBy(pair => pair.Key))
            {
                await output.WriteLineAsync($"{kind.Table(),-24} {Plural.Of(rows, "row")} deleted");
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
