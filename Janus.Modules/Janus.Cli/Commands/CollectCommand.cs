using System.CommandLine;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Janus.Cli.Collecting;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Codec;
using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Spectre.Console;

namespace Janus.Cli.Commands;

/// <summary><c>janus collect</c>: what a Collector does for one batch.</summary>
internal static class CollectCommand
{
    private const string Notes =
        """
        --batch-interval takes a start and a duration, or words, all in UTC and in multiples of the task's time precision:
          last            the latest interval of the time precision that is over
          last/DURATION   the latest whole DURATION that is over, counted from 1970: last/1h is the hour before this one
          today           from midnight to the end of the latest interval of the time precision that is over
          yesterday       from midnight to midnight
        The exact times are printed before anything is sent. DAP does not let a Collector see which intervals have reports: the
        operator of an aggregator does, with 'janus task status'.

        A batch is collected once: its reports go into no other result, and reports of a collected interval that Clients upload
        later are refused. So an interval that is not over is collected only after a question on a terminal, or with --yes.

        The Leader works on a collection job whether somebody waits or not. When the wait ends without a result, by --timeout, by
        Ctrl-C or since the Leader is out of reach, the command prints how to go on (--resume) and how to delete the job (--delete).
        """;

    public static Command Create()
    {
        Option<string> taskFile = new("--task-file") { HelpName = "PATH", Description = "The collector.json that 'janus task add' or 'janus taskprov advertise' has written.", Required = true };
        Option<string> key = new("--key") { HelpName = "PATH", Description = "The key file that 'janus hpke-key generate' has written.", Required = true };
        Option<Func<TimePrecision, DateTimeOffset, Interval>?> batchInterval = TextOption.Create<Func<TimePrecision, DateTimeOffset, Interval>?>(
            "--batch-interval", "INTERVAL", "Time-interval tasks: collect the reports of this interval: START/DURATION such as 2026-01-31T08:00Z/1h, last, last/DURATION, today or yesterday.", BatchIntervalText.Parse);
        Option<bool> leaderSelected = new("--leader-selected") { Description = "Leader-selected tasks: collect the next batch." };
        Option<CollectionJobHandle?> resume = HandleOption("--resume", "Wait for the result of a collection job, by the handle that this command has printed.");
        Option<CollectionJobHandle?> delete = HandleOption("--delete", "Delete a collection job, by the handle that this command has printed, instead of collecting.");
        Option<byte[]?> aggParam = TextOption.Create<byte[]?>(
            "--agg-param", "PARAMETER", "VDAFs with an aggregation parameter: its encoding in base64url, or in hexadecimal such as hex:00ff.", text => AggParamText.Parse(text));
        Option<TimeSpan?> timeout = TextOption.Create<TimeSpan?>(
            "--timeout", "DURATION", "How long to wait for the result, such as 90s or 5m; for ever unless given.", text => DurationText.Parse(text));
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask before an interval that is not over is collected." };
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        TlsOptions tls = new(hasCertificate: true);

        Command command = new("collect", "Collect the aggregate of one batch as a Collector") { taskFile, key, batchInterval, leaderSelected, resume, delete, aggParam, timeout, yes, json };
        tls.AddTo(command);
        command.Validators.Add(result =>
        {
            if (new Option[] { batchInterval, leaderSelected, resume, delete }.Count(option => result.GetResult(option) is not null) != 1)
            {
                result.AddError("one of --batch-interval, --leader-selected, --resume and --delete expected");
            }
        });
        command.SetAction(async (result, cancellationToken) =>
        {
            using CollectorTask task = await CollectorTask.LoadAsync(result.GetRequiredValue(taskFile), result.GetRequiredValue(key), cancellationToken);
            SecretFile.WarnIfReadable(result.GetRequiredValue(taskFile), result.GetRequiredValue(key));
            using HttpClient http = tls.CreateHttpClient(result);
            if (result.GetValue(delete) is { } unwanted)
            {
                await DeleteAsync(task, http, unwanted, cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync("the collection job is deleted");
                return 0;
            }

            CollectionJobHandle? job = result.GetValue(resume);
            CollectionJobReq request = job?.Request
                ?? new CollectionJobReq(ToQuery(result.GetValue(batchInterval), task.Configuration), ToAggParam(result.GetValue(aggParam), task), []);
            IAnsiConsole console = Terminal.On(result.InvocationConfiguration.Error);
            CollectionTexts texts = new(task, IntervalOf(request.Query));
            console.WriteLine($"collecting {texts.Batch}");
            if (job is null)
            {
                await RequireClosedAsync(console, texts, result.GetValue(yes), cancellationToken);
            }

            string start = CommandLine(result, [taskFile, key, .. tls.Paths]);
            CollectionWait wait = new(console, texts, start, TimeProvider.System);
            CollectionResult collected = await CollectAsync(task, http, job, request, wait, result.GetValue(timeout), cancellationToken);
            Write(result.InvocationConfiguration.Output, task, collected, result.GetValue(json));
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            "janus collect --task-file collector.json --key collector-key.json --batch-interval last/1h",
            "janus collect --task-file collector.json --key collector-key.json --batch-interval 2026-01-31T08:00Z/1h",
            "janus collect --task-file collector.json --key collector-key.json --leader-selected --json --timeout 5m",
            "janus collect --task-file collector.json --key collector-key.json --batch-interval 2026-01-31T08:00Z/1h --agg-param hex:0001800000");
    }

    private static Option<CollectionJobHandle?> HandleOption(string name, string description) => TextOption.Create<CollectionJobHandle?>(
        name,
        "HANDLE",
        description,
        text => CollectionJobHandle.TryParse(text, out CollectionJobHandle? handle)
            ? handle
            : throw new FormatException("the handle of a collection job expected, as 'janus collect' prints it when it gives up: {\"task_id\":…}"));

    private static Query ToQuery(Func<TimePrecision, DateTimeOffset, Interval>? interval, TaskConfiguration configuration) => (interval, configuration.BatchMode) switch
    {
        ({ } given, BatchMode.TimeInterval) => Query.TimeInterval(given(configuration.TimePrecision, TimeProvider.System.GetUtcNow())),
        (null, BatchMode.LeaderSelected) => Query.LeaderSelected,
        (null, _) => throw new CliException("the task's batch mode is time-interval: --batch-interval expected"),
        _ => throw new CliException("the task's batch mode is leader-selected: --leader-selected expected"),
    };

    private static Interval? IntervalOf(Query query)
    {
        try
        {
            return query.BatchMode is BatchMode.TimeInterval ? WireMessage.Decode<TimeIntervalQueryConfig>(query.Config.Span).BatchInterval : null;
        }
        catch (DecodeException failure)
        {
            throw new CliException($"--resume: the query of the collection job is malformed: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static byte[] ToAggParam(byte[]? given, CollectorTask task)
    {
        byte[] aggParam = given ?? [];
        IVdaf vdaf = new SupportedVdafs().Create(task.Configuration);
        return vdaf.IsValidAggParam(aggParam) ? aggParam
            : given is null ? throw new CliException($"the task's VDAF is {vdaf.Name}: --agg-param expected")
            : throw new CliException(vdaf.HasAggParam
                ? $"--agg-param: {Plural.Of(aggParam.Length, "byte")} {(aggParam.Length == 1 ? "is" : "are")} not an aggregation parameter of {vdaf.Name}"
                : $"--agg-param: {vdaf.Name} has no aggregation parameter");
    }

    private static async Task RequireClosedAsync(IAnsiConsole console, CollectionTexts texts, bool yes, CancellationToken cancellationToken)
    {
        if (texts.FindOpenInterval(TimeProvider.System.GetUtcNow()) is not { } warning)
        {
            return;
        }

        console.WriteLine(warning);
        if (yes)
        {
            return;
        }

        if (Console.IsInputRedirected || !console.Profile.Out.IsTerminal)
        {
            throw new CliException("nothing was collected: the interval is not over (--yes collects it all the same)");
        }

        console.Write("Collect it all the same? Type yes: ");
        if (await Console.In.ReadLineAsync(cancellationToken) is not { } answer || answer.Trim() != "yes")
        {
            throw new CliException("nothing was collected: 'yes' expected (or --yes)");
        }
    }

    // The options that say who collects from where, so that the command can be given again with another batch.
    private static string CommandLine(ParseResult result, IEnumerable<Option<string>> options) => string.Join(' ', [
        "janus collect",
        .. options.Where(option => result.GetResult(option) is not null).Select(option => $"{option.Name} {ShellWord.Quote(result.GetValue(option)!)}"),
    ]);

    private static async Task<CollectionResult> CollectAsync(
        CollectorTask task, HttpClient http, CollectionJobHandle? job, CollectionJobReq request, CollectionWait wait, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        // Asking for an interval again gives its result again, but the next batch comes only when the last job is gone.
        bool keep = request.Query.BatchMode is BatchMode.TimeInterval;
        DapCollector collector = task.CreateCollector(http, new DapCollectorOptions { BackOff = AggregatorCalls.Patience, Deadline = timeout, KeepFinishedJobs = keep });
        try
        {
            return await wait.RunAsync(
                progress => job is null ? collector.CollectAsync(request, progress, cancellationToken) : collector.CollectAsync(job, progress, cancellationToken),
                job,
                timeout);
        }
        catch (ArgumentException failure) when (job is not null)
        {
            throw NotOurs("--resume", task, failure);
        }
    }

    private static async Task DeleteAsync(CollectorTask task, HttpClient http, CollectionJobHandle job, CancellationToken cancellationToken)
    {
        DapCollector collector = task.CreateCollector(http, new DapCollectorOptions { BackOff = AggregatorCalls.Patience });
        try
        {
            await AggregatorCalls.RunAsync(Role.Collector, async () =>
            {
                await collector.DeleteAsync(job, cancellationToken);
                return true;
            });
        }
        catch (ArgumentException failure)
        {
            throw NotOurs("--delete", task, failure);
        }
    }

    private static CliException NotOurs(string option, CollectorTask task, ArgumentException failure) =>
        new($"{option}: a collection job of task {task.Id} at {task.Configuration.LeaderAggregatorEndpoint} expected", failure);

    private static void Write(TextWriter output, CollectorTask task, CollectionResult collected, bool json)
    {
        CollectedAggregate aggregate = new(
            task.Id.ToString(),
            collected.ReportCount,
            collected.Interval.ToString(task.Configuration.TimePrecision),
            task.Measurement.Labels,
            collected.AggregateResult)
        {
            PossiblyWrapped = collected.IsPossiblyWrapped,
            DifferentialPrivacy = task.DifferentialPrivacy?.ToString(),
            StandardDeviation = task.DifferentialPrivacy?.StandardDeviation(VdafDescription.Of(task.Configuration), aggregators: 2),
        };
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(aggregate, CliJsonContext.Default.CollectedAggregate));
            return;
        }

        output.WriteLine($"{Plural.Of((long)aggregate.ReportCount, "report")} in {aggregate.Interval}");
        Table table = Terminal.Table("", "aggregate");
        foreach ((string label, BigInteger value) in aggregate.Labels.Zip(aggregate.AggregateResult))
        {
            table.AddPlainRow(label, $"{value}");
        }

        Terminal.On(output).Write(table);
        if (aggregate.PossiblyWrapped)
        {
            WrapAround wrapAround = new(VdafDescription.Of(task.Configuration), task.DifferentialPrivacy);
            output.WriteLine($"possibly wrapped: {wrapAround.Possible(aggregate.ReportCount)}: the result may be wrong by a multiple of it");
        }

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
