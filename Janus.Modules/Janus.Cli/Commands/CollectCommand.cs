using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Collector;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.Vdaf;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus collect</c>: what a Collector does for one batch.</summary>
internal static class CollectCommand
{
    public static Command Create()
    {
        Option<string> taskFile = new("--task-file") { HelpName = "PATH", Description = "The collector.json that 'janus task add' or 'janus taskprov advertise' has written.", Required = true };
        Option<string> key = new("--key") { HelpName = "PATH", Description = "The key file that 'janus hpke-key generate' has written.", Required = true };
        Option<(DateTimeOffset Start, TimeSpan Duration)?> batchInterval = TextOption.Create<(DateTimeOffset Start, TimeSpan Duration)?>(
            "--batch-interval", "START/DURATION", "Time-interval tasks: collect the reports of this interval, such as 2026-01-31T08:00Z/1h.", text => ParseInterval(text));
        Option<bool> leaderSelected = new("--leader-selected") { Description = "Leader-selected tasks: collect the next batch." };
        Option<byte[]?> aggParam = TextOption.Create<byte[]?>(
            "--agg-param", "PARAMETER", "VDAFs with an aggregation parameter: its encoding in base64url, or in hexadecimal such as hex:00ff.", text => AggParamText.Parse(text));
        Option<TimeSpan?> timeout = TextOption.Create<TimeSpan?>(
            "--timeout", "DURATION", "How long to wait for the result, such as 90s or 5m; for ever unless given. The same command goes on later.", text => DurationText.Parse(text));
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        TlsOptions tls = new(hasCertificate: true);

        Command command = new("collect", "Collect the aggregate of one batch as a Collector") { taskFile, key, batchInterval, leaderSelected, aggParam, timeout, json };
        tls.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(batchInterval) is null != result.GetValue(leaderSelected))
            {
                result.AddError("either --batch-interval or --leader-selected expected");
            }
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            TaskParameters task = await TaskFile.ReadAsync(result.GetRequiredValue(taskFile), [Role.Collector], cancellationToken);
            CollectionJobReq request = new(ToQuery(result.GetValue(batchInterval), task.Configuration), ToAggParam(result.GetValue(aggParam), task), []);
            (HpkeConfig config, HpkeKeyPair keyPair) = await CollectorKeyFile.ReadAsync(result.GetRequiredValue(key), cancellationToken);
            using HpkeKeyPair pair = keyPair;
            if (!config.Equals(task.CollectorHpkeConfig))
            {
                throw new CliException($"{result.GetValue(key)}: is not the key of this task");
            }

            using HttpClient http = tls.CreateHttpClient(result);
            CollectionResult collected = await CollectAsync(task, http, pair, request, result.GetValue(timeout), result.InvocationConfiguration.Error, cancellationToken);
            Write(result.InvocationConfiguration.Output, task, collected, result.GetValue(json));
            return 0;
        });
        return command.WithExamples(
            "janus collect --task-file collector.json --key collector-key.json --batch-interval 2026-01-31T08:00Z/1h",
            "janus collect --task-file collector.json --key collector-key.json --leader-selected --json --timeout 5m",
            "janus collect --task-file collector.json --key collector-key.json --batch-interval 2026-01-31T08:00Z/1h --agg-param hex:0001800000");
    }

    private static (DateTimeOffset Start, TimeSpan Duration) ParseInterval(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            ? (InstantText.Parse(parts[0]), DurationText.Parse(parts[1]))
            : throw new FormatException($"a start and a duration such as 2026-01-31T08:00Z/1h expected, {Quote.Of(text)} given");
    }

    private static Query ToQuery((DateTimeOffset Start, TimeSpan Duration)? interval, TaskConfiguration configuration) => (interval, configuration.BatchMode) switch
    {
        ({ } given, BatchMode.TimeInterval) => Query.TimeInterval(TimeAlignment.ToInterval(given.Start, given.Duration, configuration.TimePrecision)),
        (null, BatchMode.LeaderSelected) => Query.LeaderSelected,
        (null, _) => throw new CliException("the task's batch mode is time-interval: --batch-interval expected"),
        _ => throw new CliException("the task's batch mode is leader-selected: --leader-selected expected"),
    };

    private static byte[] ToAggParam(byte[]? given, TaskParameters task)
    {
        byte[] aggParam = given ?? [];
        IVdaf vdaf = new SupportedVdafs().Create(task.Configuration);
        return vdaf.IsValidAggParam(aggParam) ? aggParam
            : given is null ? throw new CliException($"the task's VDAF is {vdaf.Name}: --agg-param expected")
            : throw new CliException(vdaf.HasAggParam
                ? $"--agg-param: {aggParam.Length} bytes are not an aggregation parameter of {vdaf.Name}"
                : $"--agg-param: {vdaf.Name} has no aggregation parameter");
    }

    private static async Task<CollectionResult> CollectAsync(
        TaskParameters task, HttpClient http, HpkeKeyPair keyPair, CollectionJobReq request, TimeSpan? timeout, TextWriter error, CancellationToken cancellationToken)
    {
        // Asking for an interval again gives its result again, but the next batch comes only when the last job is gone.
        bool keep = request.Query.BatchMode is BatchMode.TimeInterval;
        DapCollectorOptions options = new() { BackOff = AggregatorCalls.Patience, Deadline = timeout, KeepFinishedJobs = keep };
        DapCollector collector = task.IsAdvertised
            ? DapCollector.ForAdvertisedTask(task.Configuration, task.CollectorHpkeConfig!, keyPair, task.CollectorToken!.Value, http, options)
            : new DapCollector(task.Id, task.Configuration, task.CollectorHpkeConfig!, keyPair, task.CollectorToken!.Value, http, options);
        IAnsiConsole console = Terminal.On(error);
        Task<CollectionResult> Collect() => AggregatorCalls.RunAsync(Role.Collector, () => collector.CollectAsync(request, progress: null, cancellationToken));
        return console.Profile.Out.IsTerminal
            ? await console.Status().StartAsync("waiting for the aggregators", _ => Collect())
            : await Collect();
    }

    private static void Write(TextWriter output, TaskParameters task, CollectionResult collected, bool json)
    {
        CollectedAggregate aggregate = new(
            task.Id.ToString(),
            collected.ReportCount,
            TimeAlignment.Format(collected.Interval, task.Configuration.TimePrecision),
            task.Measurement.Labels,
            collected.AggregateResult)
        {
            DifferentialPrivacy = task.DifferentialPrivacy?.ToString(),
            StandardDeviation = task.DifferentialPrivacy?.StandardDeviation(VdafDescription.Of(task.Configuration), aggregators: 2),
        };
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(aggregate, CliJsonContext.Default.CollectedAggregate));
            return;
        }

        output.WriteLine($"{aggregate.ReportCount} reports in {aggregate.Interval}");
        Table table = Terminal.Table("", "aggregate");
        foreach ((string label, BigInteger value) in aggregate.Labels.Zip(aggregate.AggregateResult))
        {
            table.AddPlainRow(label, $"{value}");
        }

        Terminal.On(output).Write(table);
        if (aggregate.StandardDeviation is { } deviation)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"noisy: each aggregator adds {aggregate.DifferentialPrivacy}; the standard deviation of an element is at most {deviation:#,0.##}"));
        }
        else if (aggregate.AggregateResult.Any(value => value.Sign < 0))
        {
            output.WriteLine("noisy: an aggregator has added noise, of which the task file says nothing");
        }
    }
}
