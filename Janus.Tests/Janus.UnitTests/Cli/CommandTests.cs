using System.CommandLine;
using System.CommandLine.Help;
using Janus.Cli;
using Janus.Cli.Commands;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class CommandTests
{
    private const string NewTask =
        "task add --role leader --leader https://leader.example/ --helper https://helper.example/ --vdaf sum:1000 --min-batch-size 100";

    private const string ATask = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("task add", "--role, --leader, --helper, --vdaf, --min-batch-size, --collector-hpke-config, --output expected")]
    [TestCase(NewTask + " --output x --collector-hpke-config y --task-start 2026-01-01", "--task-duration expected")]
    [TestCase("task add --task-file x --vdaf count --output y", "--vdaf is for a new task")]
    [TestCase("task show AAAA", "TASK-ID: 32 bytes in base64url")]
    [TestCase("task token add", "TASK-ID")]
    [TestCase("task token add AAAA", "TASK-ID: 32 bytes in base64url")]
    [TestCase("task token add " + ATask + " --token y", "--token")]
    [TestCase("task token add " + ATask + " --not-after 2030-01-01 --valid-for 1d", "--not-after or --valid-for expected, not both")]
    [TestCase("task token add " + ATask + " --token-file y --output z", "--output is for a token that is made")]
    [TestCase("task token add " + ATask + " --purpose from-client", "--purpose: to-helper, from-leader or from-collector expected, \"from-client\" given")]
    [TestCase("task token expire " + ATask + " y --at 2030-01-01 --in 1d", "--at or --in expected, not both")]
    [TestCase("task certificate add " + ATask + "", "either --certificate or --key-sha256 expected")]
    [TestCase("task certificate add " + ATask + " --key-sha256 00ff", "--key-sha256: 64 hexadecimal digits expected")]
    [TestCase("task certificate add " + ATask + " --certificate y --purpose to-helper", "--purpose: from-leader or from-collector expected")]
    [TestCase("collect --task-file x --key y --leader-selected --client-key z", "--client-certificate expected with --client-key")]
    [TestCase("taskprov advertise --output x", "--leader, --helper, --vdaf, --min-batch-size expected")]
    [TestCase("taskprov peer add", "--role, --leader, --helper, --collector-hpke-config, --output expected for a new agreement")]
    [TestCase("taskprov peer add --peer-file x --role leader --output y", "--role, --output: for a new agreement, not with --peer-file")]
    [TestCase("taskprov peer set 1", "at least one of --collector-hpke-config")]
    [TestCase("taskprov peer add-verify-key-init 1", "either --verify-key-init-file (for the peer's secret) or --output (for a new one) expected")]
    [TestCase("task set AAAA --report-expiry-age 1d", "TASK-ID: 32 bytes in base64url")]
    [TestCase("task set " + ATask + " --report-expiry-age soon", "--report-expiry-age: a duration such as")]
    [TestCase("task set " + ATask, "--report-expiry-age")]
    [TestCase("task delete AAAA", "TASK-ID: 32 bytes in base64url")]
    [TestCase("gc run --grace-period soon", "--grace-period: a duration such as")]
    [TestCase("gc run --grace-period 30s", "--grace-period: 10 minutes at least expected")]
    [TestCase("hpke-key generate", "--output")]
    [TestCase("hpke-key add --kem rsa", "--kem: x25519, p256, p384 or p521 expected, \"rsa\" given")]
    [TestCase("hpke-key add --id 256", "256")]
    [TestCase("upload --task-file x", "either measurements or --file expected")]
    [TestCase("upload --task-file x 1 --file y --column z", "either measurements or --file expected")]
    [TestCase("upload --task-file x 1 --column y", "--column is for a CSV file: --file expected")]
    [TestCase("collect --task-file x --key y --resume https://leader.example/", "--resume: the handle of a collection job expected")]
    [TestCase("collect --task-file x --key y", "one of --batch-interval, --leader-selected, --resume and --delete expected")]
    [TestCase("collect --task-file x --key y --batch-interval 2026-01-01", "--batch-interval: a start and a duration")]
    [TestCase("collect --task-file x --key y --leader-selected --batch-interval 2026-01-01/1h", "one of --batch-interval, --leader-selected, --resume and --delete expected")]
    [TestCase("collect --task-file x --key y --leader-selected --agg-param hex:0", "--agg-param: base64url, or hexadecimal such as hex:00ff, expected")]
    public void Wrong_usage_is_told(string line, string expected) =>
        Assert.That(Parse(line.Split(' ')).Errors.Select(error => error.Message), Has.Some.Contains(expected));

    [TestCase("datastore-key generate --output x --append y", "--output or --append expected, not both")]
    [TestCase(NewTask + " --collector-hpke-config y", "--output expected for a new task, or --task-id, --task-info, --verify-key-file, --aggregator-token-file, --collector-token-file as agreed")]
    [TestCase(NewTask + " --collector-hpke-config y --task-id " + ATask + " --task-info i --verify-key-file v --aggregator-token-file a", "or --collector-token-file as agreed")]
    public void Wrong_usage_of_secrets_is_told(string line, string expected) =>
        Assert.That(Parse(line.Split(' ')).Errors.Select(error => error.Message), Has.Some.Contains(expected));

    [Test]
    public void A_helpers_task_on_which_all_is_agreed_needs_no_files() => Assert.That(
        Parse([.. NewTask.Replace("--role leader", "--role helper", StringComparison.Ordinal).Split(' '), "--collector-hpke-config", "y", "--task-id", ATask, "--task-info", "i", "--verify-key-file", "v", "--aggregator-token-file", "a"]).Errors,
        Is.Empty);

    [Test]
    public async Task A_datastore_key_is_written_for_its_owner_and_another_is_added_behind_it()
    {
        string path = _folder.File("keys");
        string first = await RunAsync("datastore-key", "generate", "--output", path);
        string second = await RunAsync("datastore-key", "generate", "--append", path);
        DatastoreKeys keys = DatastoreKeys.ParseFile(await File.ReadAllTextAsync(path));
        Assert.That((first.Trim(), second.Trim()), Is.EqualTo(($"key {keys.Ids[0]:x2} written to {path}", $"key {keys.Ids[1]:x2} added to {path}")));
        Assert.That(OperatingSystem.IsWindows() || File.GetUnixFileMode(path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(async () => await RunAsync("datastore-key", "generate", "--output", path), Throws.TypeOf<CliException>().With.Message.Contains("exists already"));
        Assert.That(async () => await RunAsync("datastore-key", "generate", "--append", _folder.File("x")), Throws.TypeOf<CliException>().With.Message.Contains("--output makes one"));
    }

    [TestCase("--role collector", "--role: leader or helper expected, \"collector\" given")]
    [TestCase("--vdaf sum:many", "--vdaf: \"sum:many\": expected a maximum")]
    [TestCase("--differential-privacy uniform:epsilon=1", "--differential-privacy: expected laplace:epsilon=E or gaussian:epsilon=E")]
    [TestCase("--leader leader.example", "--leader: expected an absolute https URL")]
    [TestCase("--min-batch-size 0", "--min-batch-size: a number of at least 1 expected")]
    [TestCase("--time-precision 1.5h", "--time-precision: a duration such as")]
    [TestCase("--batch-mode other", "--batch-mode: time-interval or leader-selected expected")]
    [TestCase("--task-id AAAA", "32 bytes in base64url")]
    public void A_value_that_cannot_be_read_is_told(string changes, string expected) =>
        Assert.That(Parse(NewTaskWith("key.json", changes)).Errors.Select(error => error.Message), Has.Some.Contains(expected));

    [TestCase("task")]
    [TestCase("task add")]
    [TestCase("task list")]
    [TestCase("task show")]
    [TestCase("task token add")]
    [TestCase("task token list")]
    [TestCase("task token expire")]
    [TestCase("task token remove")]
    [TestCase("task certificate add")]
    [TestCase("task certificate list")]
    [TestCase("taskprov task-id")]
    [TestCase("taskprov advertise")]
    [TestCase("taskprov peer add")]
    [TestCase("taskprov peer list")]
    [TestCase("taskprov peer show")]
    [TestCase("taskprov peer set")]
    [TestCase("taskprov peer remove")]
    [TestCase("taskprov peer token add")]
    [TestCase("taskprov peer certificate list")]
    [TestCase("taskprov peer add-verify-key-init")]
    [TestCase("taskprov peer remove-verify-key-init")]
    [TestCase("task set")]
    [TestCase("task delete")]
    [TestCase("gc run")]
    [TestCase("hpke-key add")]
    [TestCase("hpke-key list")]
    [TestCase("hpke-key generate")]
    [TestCase("upload")]
    [TestCase("collect")]
    public async Task Help_needs_no_other_options(string command)
    {
        string help = await RunAsync([.. command.Split(' '), "--help"]);
        Assert.That(help, Does.Contain($"janus {command}").And.Contain("Usage:"));
    }

    [Test]
    public async Task A_generated_key_is_written_once_and_its_public_part_printed()
    {
        string path = _folder.File("key.json");
        string printed = await RunAsync("hpke-key", "generate", "--output", path);
        (HpkeConfig config, HpkeKeyPair pair) = await CollectorKeyFile.ReadAsync(path, CancellationToken.None);
        pair.Dispose();
        Assert.That(printed.Trim(), Is.EqualTo(CollectorKeyFile.Encode(config)));
        Assert.That(async () => await RunAsync("hpke-key", "generate", "--output", path), Throws.TypeOf<TaskFileException>().With.Message.Contains("exists already"));
    }

    [Test]
    public async Task A_task_that_cannot_be_stored_leaves_no_files_behind()
    {
        string key = await KeyAsync();
        string output = _folder.File("task");
        Assert.That(async () => await RunAsync([.. NewTask.Split(' '), "--collector-hpke-config", key, "--output", output]), Throws.TypeOf<DatastoreReachedException>());
        Assert.That(Directory.GetFiles(output), Is.Empty);
    }

    [TestCase("--leader http://leader.example/", "http://leader.example/: an https URL expected (--allow-http takes it as it is)")]
    [TestCase("--time-precision 300s --task-start 2026-01-01T00:01 --task-duration 1d", "a start that is a multiple of the time precision 300s")]
    [TestCase("--time-precision 300s --task-start 2026-01-01 --task-duration 301s", "a duration that is a multiple of the time precision 300s")]
    [TestCase("--report-expiry-age 90m", "a duration that is a multiple of the time precision 3600s")]
    [TestCase("--target-batch-size 200", "--target-batch-size is for the leader of a leader-selected task")]
    [TestCase("--batch-mode leader-selected --target-batch-size 99", "at least the minimum batch size 100 expected")]
    [TestCase("--batch-mode leader-selected --batch-time-window 90m", "a duration that is a multiple of the time precision 3600s")]
    [TestCase("--leader https://a.example --helper https://A.example:443/", "the address of both the Leader and the Helper: expected two aggregators")]
    [TestCase("--collector-hpke-config AAAAA", "there is no such file, and the text is not all of what 'janus hpke-key generate' prints")]
    [TestCase("--collector-hpke-config AAAA", "expected a key file, or an encoded HpkeConfig in base64url")]
    [TestCase("--verify-key-file /nowhere", "/nowhere: no such file")]
    [TestCase("--differential-privacy laplace:epsilon=1/999999999999999999", "--differential-privacy: the noise of laplace:epsilon=1/999999999999999999 is too wide for the field")]
    public async Task A_task_that_makes_no_sense_is_refused_before_anything_is_written(string changes, string expected)
    {
        string[] arguments = NewTaskWith(await KeyAsync(), changes);
        Assert.That(
            async () => await RunAsync(arguments),
            Throws.Exception.With.Message.Contains(expected).And.Matches<Exception>(failure => failure is CliException or TaskFileException));
        Assert.That(Directory.Exists(_folder.File("task")), Is.False);
    }

    [Test]
    public async Task A_minimum_batch_size_of_one_is_warned_of()
    {
        string[] arguments = NewTaskWith(await KeyAsync(), "--min-batch-size 1");
        StringWriter error = new();
        Assert.That(async () => await RunAsync(arguments, error), Throws.TypeOf<DatastoreReachedException>());
        Assert.That(error.ToString(), Does.Contain("janus: warning: the minimum batch size is 1"));
    }

    [TestCase("--leader http://127.0.0.1:8080/ --helper http://localhost:8081/")]
    [TestCase("--leader http://leader.example/ --allow-http")]
    public async Task Http_is_taken_from_this_machine_and_when_told_so(string changes)
    {
        string[] arguments = NewTaskWith(await KeyAsync(), changes);
        Assert.That(async () => await RunAsync(arguments), Throws.TypeOf<DatastoreReachedException>());
    }

    [Test]
    public async Task An_advertised_task_is_written_for_clients_and_for_the_collector()
    {
        HpkeConfig config = await CollectorKeyFile.ReadConfigAsync(await KeyAsync(), CancellationToken.None);
        BearerToken token = BearerToken.Generate();
        await TaskprovPeerFile.WriteNewAsync(
            _folder.File("agreement.json"),
            new TaskprovAgreement
            {
                Recipient = Role.Collector,
                Leader = new Url("https://leader.example"),
                Helper = new Url("https://helper.example/"),
                CollectorHpkeConfig = config,
                CollectorToken = token,
            },
            CancellationToken.None);
        string[] advertise =
        [
            .. "taskprov advertise --leader https://leader.example/ --helper https://helper.example/ --vdaf histogram:0,10 --min-batch-size 100".Split(' '),
            .. "--task-start 2026-02-01 --task-duration 30d --batch-mode leader-selected --collector-file".Split(' '), _folder.File("agreement.json"),
            "--output",
        ];

        string printed = await RunAsync([.. advertise, _folder.File("ages")]);
        TaskParameters client = await TaskFile.ReadAsync(_folder.File("ages/client.json"), [Role.Client], CancellationToken.None);
        TaskParameters collector = await TaskFile.ReadAsync(_folder.File("ages/collector.json"), [Role.Collector], CancellationToken.None);
        string again = await RunAsync([.. advertise, _folder.File("others")]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(client.IsAdvertised && collector.IsAdvertised, Is.True);
            Assert.That(client.Id, Is.EqualTo(TaskprovDerivation.TaskIdOf(client.Configuration)));
            Assert.That(client.Measurement.Boundaries, Has.Count.EqualTo(2));
            Assert.That(client.Configuration.BatchMode, Is.EqualTo(BatchMode.LeaderSelected));
            Assert.That(client.Configuration.TaskInterval(), Is.Not.Null);
            Assert.That(collector.Configuration, Is.EqualTo(client.Configuration));
            Assert.That((collector.CollectorHpkeConfig, collector.CollectorToken), Is.EqualTo((config, (BearerToken?)token)));
            Assert.That(printed, Does.Contain($"task {client.Id}").And.Contain($"DAP-Taskprov: {TaskprovHeader.Format(client.Configuration)}"));
            Assert.That(printed, Does.Not.Contain(token.Secret));
            Assert.That(again, Does.Not.Contain(client.Id.ToString()), "two tasks alike are two tasks");
            Assert.That((await RunAsync("taskprov", "task-id", _folder.File("ages/client.json"))).Trim(), Is.EqualTo(client.Id.ToString()));
            Assert.That((await RunAsync("taskprov", "task-id", TaskprovHeader.Format(client.Configuration))).Trim(), Is.EqualTo(client.Id.ToString()));
            Assert.That(
                async () => await RunAsync([.. advertise.Select(word => word.Replace("helper.example", "other.example", StringComparison.Ordinal)), _folder.File("x")]),
                Throws.TypeOf<CliException>().With.Message.Contains("--collector-file: is for https://helper.example/"));
        }
    }

    [Test]
    public async Task A_file_whose_task_id_does_not_follow_from_its_configuration_is_refused()
    {
        await RunAsync([.. "taskprov advertise --leader https://l.example/ --helper https://h.example/ --vdaf count --min-batch-size 9 --output".Split(' '), _folder.File("t")]);
        string json = await File.ReadAllTextAsync(_folder.File("t/client.json"));
        TaskParameters task = await TaskFile.ReadAsync(_folder.File("t/client.json"), [Role.Client], CancellationToken.None);
        string wrongId = _folder.Write("id.json", json.Replace(task.Id.ToString(), TaskId.Random().ToString(), StringComparison.Ordinal));
        string forHelper = _folder.Write("helper.json", json.Replace("\"client\"", "\"helper\"", StringComparison.Ordinal));

        Assert.That(
            async () => await TaskFile.ReadAsync(wrongId, [Role.Client], CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.Contains($"{task.Id} follows from the task configuration"));
        Assert.That(
            async () => await TaskFile.ReadAsync(forHelper, [Role.Helper], CancellationToken.None),
            Throws.TypeOf<TaskFileException>().With.Message.Contains("it is not added"));
    }

    [Test]
    public async Task Measurements_are_checked_before_anything_is_sent()
    {
        string task = await ClientFileAsync("sum:1000");
        string csv = _folder.Write("x.csv", "age\n1000\n1001\n");
        Assert.Multiple(() =>
        {
            Assert.That(async () => await RunAsync("upload", "--task-file", task, "5", "x"), Throws.TypeOf<CliException>().With.Message.StartsWith("measurement 2: "));
            Assert.That(
                async () => await RunAsync("upload", "--task-file", task, "--file", csv, "--column", "age"),
                Throws.TypeOf<CliException>().With.Message.EqualTo($"{csv}, line 3: 1001 is above the maximum 1000; nothing has been uploaded"));
            Assert.That(
                async () => await RunAsync("upload", "--task-file", task, "--file", csv),
                Throws.TypeOf<CliException>().With.Message.Contains(", line 1: expected a whole number from 0 to 1000, got \"age\"; a CSV file is read with --column"));
            Assert.That(async () => await RunAsync("upload", "--task-file", task, "--vdaf", "count", "1"), Throws.TypeOf<CliException>().With.Message.StartsWith("--vdaf: the task's VDAF is sum:1000"));
        });
    }

    [TestCase("name,age\nAda,36\n", "sum:100", "--column expected: the columns of {0} are name, age")]
    [TestCase("age\nthirty\n", "sum:100", "{0}, line 2: expected a whole number from 0 to 100, got \"thirty\"; that is the column age, --column chooses another one of age")]
    [TestCase("member\nYes\nno\nmaybe\n", "count", "{0}, line 4: expected 0 or 1, no or yes, false or true, got \"maybe\"")]
    public void A_demo_on_a_file_of_ones_own_says_which_columns_there_are(string csv, string vdaf, string expected)
    {
        string path = _folder.Write("people.csv", csv);
        Assert.That(
            async () => await RunAsync("demo", "--data", path, "--vdaf", vdaf),
            Throws.TypeOf<CliException>().With.Message.StartsWith(string.Format(System.Globalization.CultureInfo.InvariantCulture, expected, path)));
    }

    [Test]
    public async Task An_aggregation_parameter_is_checked_before_anything_is_sent([Values("hex:00", "AA")] string aggParam)
    {
        string task = await FileAsync(Role.Collector, "sum:1000");
        string[] collect = ["collect", "--task-file", task, "--key", _folder.File("collector-key.json"), "--batch-interval", "2026-01-31T08:00Z/1h"];
        Assert.That(
            async () => await RunAsync([.. collect, "--agg-param", aggParam]),
            Throws.TypeOf<CliException>().With.Message.EqualTo("--agg-param: Prio3Sum(1000) has no aggregation parameter"));
    }

    [Test]
    public async Task The_help_of_collect_tells_how_an_aggregation_parameter_is_written() =>
        Assert.That(await RunAsync("collect", "--help"), Does.Contain("--agg-param").And.Contain("hex:00ff").And.Contain("base64url"));

    private string[] NewTaskWith(string key, string changes)
    {
        Dictionary<string, string> options = Pairs($"{NewTask} --collector-hpke-config {key} --output {_folder.File("task")}");
        foreach ((string name, string value) in Pairs(changes))
        {
            options[name] = value;
        }

        return ["task", "add", .. options.SelectMany(option => new[] { option.Key, option.Value }).Where(word => word.Length > 0)];
    }

    private static Dictionary<string, string> Pairs(string line)
    {
        string[] words = line.Split(' ');
        Dictionary<string, string> pairs = [];
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i].StartsWith("--", StringComparison.Ordinal))
            {
                pairs[words[i]] = i + 1 < words.Length && !words[i + 1].StartsWith("--", StringComparison.Ordinal) ? words[i + 1] : "";
            }
        }

        return pairs;
    }

    private static ParseResult Parse(params string[] arguments)
    {
        Command root = new("janus")
        {
            new HelpOption { Recursive = true },
            TaskCommand.Create(new NoDatastore()),
            TaskprovCommand.Create(new NoDatastore()),
            GarbageCommand.Create(new NoDatastore()),
            HpkeKeyCommand.Create(new NoDatastore()),
            DatastoreKeyCommand.Create(new NoDatastore()),
            UploadCommand.Create(),
            CollectCommand.Create(),
            DemoCommand.Create(),
        };
        HelpExamples.Install(root);
        return root.Parse(arguments);
    }

    private static Task<string> RunAsync(params string[] arguments) => RunAsync(arguments, TextWriter.Null);

    private static async Task<string> RunAsync(string[] arguments, TextWriter error)
    {
        ParseResult parsed = Parse(arguments);
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error });
        Assert.That(exitCode, Is.Zero);
        return output.ToString();
    }

    private async Task<string> KeyAsync()
    {
        string path = _folder.File("collector-key.json");
        await RunAsync("hpke-key", "generate", "--output", path);
        return path;
    }

    private Task<string> ClientFileAsync(string vdaf) => FileAsync(Role.Client, vdaf);

    private async Task<string> FileAsync(Role recipient, string vdaf)
    {
        bool isCollector = recipient == Role.Collector;
        MeasurementEncoding measurement = MeasurementEncoding.Parse(vdaf);
        TaskParameters task = new()
        {
            Recipient = recipient,
            Id = TaskId.Random(),
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = "test"u8.ToArray(),
                LeaderAggregatorEndpoint = new Url("http://127.0.0.1:1/"),
                HelperAggregatorEndpoint = new Url("http://127.0.0.1:1/"),
                TimePrecision = new TimePrecision(300),
                MinBatchSize = 1,
                BatchMode = BatchMode.TimeInterval,
                VdafType = measurement.Vdaf.Type,
                VdafConfiguration = measurement.Vdaf.EncodeConfiguration(),
            }),
            Measurement = measurement,
            CollectorToken = isCollector ? BearerToken.Generate() : null,
            CollectorHpkeConfig = isCollector ? await CollectorKeyFile.ReadConfigAsync(await KeyAsync(), CancellationToken.None) : null,
        };
        string path = _folder.File("task.json");
        await TaskFile.WriteNewAsync(path, task, CancellationToken.None);
        return path;
    }

    private sealed class NoDatastore : IProcessHost
    {
        public IReadOnlyList<string> Roles => [];

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            throw new DatastoreReachedException();
    }

    private sealed class DatastoreReachedException : Exception;
}
