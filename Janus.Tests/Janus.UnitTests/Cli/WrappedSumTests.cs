using System.CommandLine;
using System.Text.Json;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Collector;
using Janus.Vdaf;

namespace Janus.UnitTests.Cli;

/// <summary>Sums that may be beyond the modulus are refused, warned of and flagged, each where somebody can still do something.</summary>
[TestFixture]
public sealed class WrappedSumTests
{
    private const string Endpoints = "--leader https://leader.example/ --helper https://helper.example/";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("sum:9223372036854775807", 3, "9223372041149743100", true)]
    [TestCase("sum:9223372036854775807", 1, "9223372036854775807", false)]
    [TestCase("sum:1000", 3, "3000", false)]
    public async Task Collect_flags_a_result_that_may_have_wrapped_around(string vdaf, int reports, string printed, bool wrapped)
    {
        VdafDescription description = VdafDescription.Parse(vdaf);
        await using ScriptedLeader leader = new(description);
        leader.Add(Enumerable.Repeat(Measurement.FromNumber((ulong)description.MaximumElement), reports));
        string[] collect = await CollectAsync(leader, null);

        (string text, _) = await RunAsync(collect);
        (string json, _) = await RunAsync([.. collect, "--json"]);

        Assert.That(text, Does.Contain(printed));
        Assert.That(
            text,
            wrapped
                ? Does.Contain("possibly wrapped: 3 reports of sum:9223372036854775807 can add up to 27670116110564327421, and sums wrap around at 18446744069414584321")
                : Does.Not.Contain("wrap"));
        using JsonDocument parsed = JsonDocument.Parse(json);
        Assert.That(parsed.RootElement.GetProperty("possibly_wrapped").GetBoolean(), Is.EqualTo(wrapped));
        Assert.That(parsed.RootElement.GetProperty("aggregate_result")[0].GetRawText(), Is.EqualTo(printed));
    }

    [TestCase("gaussian:epsilon=1/1000", true)]
    [TestCase("gaussian:epsilon=1", false)]
    public async Task Collect_counts_the_noise_that_the_task_file_speaks_of(string noise, bool wrapped)
    {
        // 2^48 · 1000 · 512 is beyond the modulus, 2^48 · 512 is not.
        await using ScriptedLeader leader = new(VdafDescription.Sum(1UL << 48));
        leader.Add([Measurement.FromNumber(7)]);

        (string json, _) = await RunAsync([.. await CollectAsync(leader, DifferentialPrivacyStrategy.Parse(noise)), "--json"]);

        using JsonDocument parsed = JsonDocument.Parse(json);
        Assert.That(parsed.RootElement.GetProperty("possibly_wrapped").GetBoolean(), Is.EqualTo(wrapped));
    }

    [TestCase("taskprov advertise", "sum:9223372036854775807", 2)]
    [TestCase("task add --role leader", "sum:9223372036854775807", 2)]
    [TestCase("task add --role helper", "sum:1000000000000000", 20000)]
    public async Task A_task_whose_smallest_batch_could_wrap_around_is_refused(string command, string vdaf, int minBatchSize)
    {
        string[] arguments = await NewTaskAsync(command, vdaf, minBatchSize);
        Assert.That(
            async () => await RunAsync(arguments),
            Throws.TypeOf<CliException>().With.Message.StartsWith($"{minBatchSize} reports of {vdaf} can add up to "));
        Assert.That(Directory.Exists(_folder.File("task")), Is.False);
    }

    [TestCase("taskprov advertise", "sum:4611686018427387904", 1)]
    [TestCase("task add --role leader", "sum:1000000000000000", 100)]
    [TestCase("task add --role leader", "sum:1000000000000", 1_000_000)]
    public async Task A_task_whose_larger_batches_could_wrap_around_is_warned_of(string command, string vdaf, int minBatchSize)
    {
        string error = await ErrorOfAsync(await NewTaskAsync(command, vdaf, minBatchSize));
        Assert.That(error, Does.StartWith("janus: warning: the result of a batch of more than ").And.Contain($"reports of {vdaf} may be wrong"));
    }

    [TestCase("taskprov advertise", "sum:1000000")]
    [TestCase("task add --role leader", "sum:4294967295")]
    [TestCase("task add --role leader", "sumvec:3:18446744073709551615")]
    [TestCase("task add --role leader", "count")]
    public async Task Other_tasks_are_added_without_a_word(string command, string vdaf) =>
        Assert.That(await ErrorOfAsync(await NewTaskAsync(command, vdaf, 100)), Is.Empty);

    private async Task<string[]> NewTaskAsync(string command, string vdaf, int minBatchSize)
    {
        string[] arguments = [.. $"{command} {Endpoints} --vdaf {vdaf} --min-batch-size {minBatchSize} --output".Split(' '), _folder.File("task")];
        if (!command.StartsWith("task add", StringComparison.Ordinal))
        {
            return arguments;
        }

        string key = _folder.File("key.json");
        await RunAsync("hpke-key", "generate", "--output", key);
        return [.. arguments, "--collector-hpke-config", key];
    }

    private async Task<string[]> CollectAsync(ScriptedLeader leader, DifferentialPrivacyStrategy? noise)
    {
        TaskParameters task = new()
        {
            Recipient = Role.Collector,
            Id = leader.DapTask.Id,
            Configuration = leader.DapTask.Configuration,
            Measurement = new MeasurementEncoding(VdafDescription.Of(leader.DapTask.Configuration)),
            CollectorHpkeConfig = leader.DapTask.Collector.Config,
            CollectorToken = leader.DapTask.CollectorToken,
            DifferentialPrivacy = noise,
        };
        await TaskFile.WriteNewAsync(_folder.File("collector.json"), task, CancellationToken.None);
        await CollectorKeyFile.WriteNewAsync(_folder.File("collector-key.json"), leader.DapTask.Collector.Config, leader.DapTask.Collector.KeyPair, CancellationToken.None);
        return
        [
            "collect", "--task-file", _folder.File("collector.json"), "--key", _folder.File("collector-key.json"), "--batch-interval", "1970-01-04T05:00Z/1h",
        ];
    }

    private static async Task<string> ErrorOfAsync(string[] arguments)
    {
        StringWriter error = new();
        try
        {
            await Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = new StringWriter(), Error = error });
        }
        catch (NotSupportedException)
        {
            // The datastore was reached.
        }

        return error.ToString();
    }

    private static async Task<(string Output, string Error)> RunAsync(params string[] arguments)
    {
        StringWriter output = new(), error = new();
        int exitCode = await Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        Assert.That(exitCode, Is.Zero);
        return (output.ToString(), error.ToString());
    }

    private static ParseResult Parse(string[] arguments)
    {
        RootCommand root = new() { TaskCommand.Create(new NoDatastore()), TaskprovCommand.Create(new NoDatastore()), HpkeKeyCommand.Create(new NoDatastore()), CollectCommand.Create() };
        ParseResult parsed = root.Parse(arguments);
        Assert.That(parsed.Errors, Is.Empty);
        return parsed;
    }

    private sealed class NoDatastore : IProcessHost
    {
        public IReadOnlyList<string> Roles => [];

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
