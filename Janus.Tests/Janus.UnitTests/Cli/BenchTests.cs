using System.CommandLine;
using System.Text.Json;
using Janus.Cli;
using Janus.Cli.Bench;
using Janus.Cli.Commands;
using Janus.Dap;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class BenchTests
{
    private static readonly string[] Operations = ["helper", "leader", "shard"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [TestCase("Prio3Count", "Prio3Count")]
    [TestCase("prio3sum( 255 )", "Prio3Sum(255)")]
    [TestCase("Prio3Sum(9223372036854775807)", "Prio3Sum(9223372036854775807)")]
    [TestCase("Prio3SumVec(1,1000,32)", "Prio3SumVec(1,1000,32)")]
    [TestCase("Prio3SumVec(3,5)", "Prio3SumVec(3,5,4)")]
    [TestCase("Prio3Histogram(7,3)", "Prio3Histogram(7,3)")]
    [TestCase("Prio3MultihotCountVec(9,2,4)", "Prio3MultihotCountVec(9,2,4)")]
    [TestCase("count", "Prio3Count")]
    [TestCase("sum:255", "Prio3Sum(255)")]
    [TestCase("sumvec:1000:1:32", "Prio3SumVec(1,1000,32)")]
    [TestCase("multihot:9:2:4", "Prio3MultihotCountVec(9,2,4)")]
    public void Names_and_short_texts_are_read(string text, string name) => Assert.That(BenchVdaf.Parse(text).Name, Is.EqualTo(name));

    [Test]
    public void The_published_names_are_measured_unless_others_are_asked_for_and_are_read_again() => Assert.Multiple(() =>
    {
        Assert.That(BenchVdaf.Defaults.Select(vdaf => vdaf.Name), Is.SupersetOf(new[]
        {
            "Prio3Count", "Prio3Sum(255)", "Prio3Sum(4294967295)", "Prio3SumVec(1,1000,32)", "Prio3SumVec(1,100000,316)",
            "Prio3Histogram(100,10)", "Prio3Histogram(10000,100)",
        }));
        Assert.That(BenchVdaf.Defaults.Select(vdaf => BenchVdaf.Parse(vdaf.Name)), Is.EqualTo(BenchVdaf.Defaults));
    });

    [TestCase("Prio3SumVec(1,100000,316)", 8)]
    [TestCase("Prio3SumVec(255,10000,316)", 8)]
    [TestCase("Prio3Histogram(10000,100)", 256)]
    [TestCase("Prio3Sum(18446744073)", 256)]
    public void Few_reports_make_a_batch_when_they_are_huge(string name, int batch) => Assert.That(BenchVdaf.Parse(name).DefaultBatch, Is.EqualTo(batch));

    [TestCase("Poplar1", "Prio3MultihotCountVec(LENGTH,MAXWEIGHT[,CHUNK]) expected")]
    [TestCase("Prio3Mean(5)", "Prio3MultihotCountVec(LENGTH,MAXWEIGHT[,CHUNK]) expected")]
    [TestCase("Prio3Sum", "Prio3Sum(MAX)")]
    [TestCase("Prio3Sum(1,2)", "Prio3Sum(MAX)")]
    [TestCase("Prio3Sum(5", "Prio3Sum(MAX)")]
    [TestCase("Prio3Sum(-1)", "\"Prio3Sum(-1)\": expected a maximum, got \"-1\"")]
    [TestCase("Prio3Sum(0)", "maxMeasurement 0 is out of range")]
    [TestCase("Prio3Histogram(100,0)", "chunkLength 0 is out of range")]
    [TestCase("sum:many", "expected a maximum")]
    public void A_vdaf_that_is_not_known_is_told_with_those_that_are(string name, string expected) =>
        Assert.That(Errors("bench", "vdaf", "--vdaf", "Prio3Count", name), Has.Some.StartsWith("--vdaf: ").And.Some.Contains(expected));

    [TestCase("--isa", "sse2", "--isa: scalar, avx2, avx512 or all expected, \"sse2\" given")]
    [TestCase("--threads", "0", "--threads: a number from 1 to 1024 expected")]
    [TestCase("--batch", "many", "--batch: a number from 1 to 1048576 expected")]
    public void A_wrong_value_is_told(string option, string value, string expected) =>
        Assert.That(Errors("bench", "vdaf", option, value), Has.Some.Contains(expected));

    [Test]
    public void An_instruction_set_that_the_machine_does_not_have_is_told_with_those_it_has() => Assert.Multiple(() =>
    {
        string[] supported = ["scalar", "avx2"];
        Assert.That(() => IsaNames.Select("avx512", supported), Throws.TypeOf<CliException>().With.Message.EqualTo("--isa: this machine does not have avx512; it has scalar, avx2"));
        Assert.That(IsaNames.Select("all", supported), Is.EqualTo(supported));
        Assert.That(IsaNames.Select("avx2", supported), Is.EqualTo(new[] { "avx2" }));
        Assert.That(IsaNames.Supported, Does.Contain("scalar"));
    });

    [TestCase("Prio3Count")]
    [TestCase("Prio3Sum(3)")]
    [TestCase("Prio3SumVec(3,5,2)")]
    [TestCase("Prio3Histogram(4,2)")]
    [TestCase("Prio3MultihotCountVec(5,2,2)")]
    public async Task The_json_has_the_documented_members(string vdaf)
    {
        using JsonDocument json = JsonDocument.Parse(await RunAsync("--vdaf", vdaf, "--batch", "3", "--threads", "2", "--json", "-"));
        JsonElement root = json.RootElement;
        JsonElement[] results = [.. root.GetProperty("results").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(root.GetProperty("x25519_us").GetDouble(), Is.Positive);
            Assert.That(root.GetProperty("cpu").GetString(), Is.Not.Empty);
            Assert.That(root.GetProperty("runtime").GetString(), Does.StartWith(".NET"));
            Assert.That(results.Select(result => result.GetProperty("operation").GetString()), Is.EqualTo(Operations));
        });
        foreach (JsonElement result in results)
        {
            double microseconds = result.GetProperty("us_per_report").GetDouble();
            Assert.Multiple(() =>
            {
                Assert.That(result.GetProperty("vdaf").GetString(), Is.EqualTo(vdaf));
                Assert.That(result.GetProperty("isa").GetString(), Is.EqualTo(IsaNames.Current));
                Assert.That(result.GetProperty("threads").GetInt32(), Is.EqualTo(2));
                Assert.That(result.GetProperty("batch").GetInt32(), Is.EqualTo(3));
                Assert.That(microseconds, Is.Positive);
                Assert.That(result.GetProperty("us_per_report_min").GetDouble(), Is.Positive.And.LessThanOrEqualTo(microseconds));
                Assert.That(result.GetProperty("core_us_per_report").GetDouble(), Is.EqualTo(2 * microseconds).Within(1).Percent);
                Assert.That(result.GetProperty("reports_per_second").GetDouble(), Is.EqualTo(1e6 / microseconds).Within(1).Percent);
                Assert.That(
                    result.GetProperty("x25519_units").GetDouble(),
                    Is.EqualTo(2 * microseconds / root.GetProperty("x25519_us").GetDouble()).Within(1).Percent);
                Assert.That(result.GetProperty("working_set_bytes").GetInt64(), Is.Positive);
            });
        }
    }

    [Test]
    public async Task A_file_takes_the_json_in_place_of_what_it_held_and_the_table_is_printed()
    {
        string path = _folder.Write("figures.json", new string('x', 100_000));
        string table = await RunAsync("--vdaf", "Prio3Count", "Prio3Sum(1)", "--batch", "2", "--json", path);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        Assert.Multiple(() =>
        {
            Assert.That(json.RootElement.GetProperty("results").GetArrayLength(), Is.EqualTo(2 * Operations.Length));
            Assert.That(table, Does.Contain("X25519").And.Contain("reports/s").And.Contain("Prio3Count").And.Contain("Prio3Sum(1)").And.Contain("shard"));
        });
    }

    [Test]
    public void The_default_table_fits_a_usual_terminal()
    {
        BenchResult row = Report(20, "avx512").Results[0] with { CoreUsPerReport = 111_093, X25519Units = 2_770, ReportsPerSecond = 1_830_142, Batch = 256 };
        StringWriter output = new();
        BenchTable.Write(Terminal.On(output), Report(20, "avx512") with { Results = [.. BenchVdaf.Defaults.Select(vdaf => row with { Vdaf = vdaf.Name })] });
        Assert.That(output.ToString().Split('\n').Select(line => line.TrimEnd().Length), Has.All.LessThanOrEqualTo(80));
    }

    [TestCase(12_345.6, "12,346")]
    [TestCase(99.94, "99.9")]
    [TestCase(1.234, "1.23")]
    [TestCase(0.1234, "0.123")]
    [TestCase(0.01234, "0.0123")]
    public void Figures_have_the_digits_that_count(double value, string text) => Assert.That(BenchTable.Format(value), Is.EqualTo(text));

    [Test]
    public void A_batch_that_no_buffer_could_hold_is_refused() => Assert.That(
        async () => await RunAsync("--vdaf", "Prio3SumVec(1,100000,316)", "--batch", "1000000"),
        Throws.TypeOf<CliException>().With.Message.StartsWith("--batch: "));

    [Test]
    public void A_vdaf_with_wrong_results_is_never_timed()
    {
        BenchVdaf sum = BenchVdaf.Parse("Prio3Sum(3)");
        Assert.That(
            () => new ReportBatch(sum, VdafDescription.Histogram(4).ToVdaf(), 5),
            Throws.TypeOf<CliException>().With.Message.EqualTo("Prio3Sum(3): the aggregate is not that of the measurements"));
    }

    [Test]
    public void Runs_with_several_instruction_sets_lie_side_by_side()
    {
        BenchReport merged = BenchReport.Merge([Report(20, "scalar"), Report(30, "avx2")]);
        Assert.Multiple(() =>
        {
            Assert.That(merged.X25519Us, Is.EqualTo(25));
            Assert.That(merged.Results.Select(result => $"{result.Operation} {result.Isa}"), Is.EqualTo(new[] { "helper scalar", "helper avx2", "shard scalar", "shard avx2" }));
        });
    }

    [Test]
    public void A_process_of_an_instruction_set_measures_the_same()
    {
        BenchRun run = new([BenchVdaf.Parse("Prio3Sum(3)"), BenchVdaf.Parse("Prio3SumVec(3,5,2)")], 2, 7, Sampling.Quick);
        IReadOnlyList<string> arguments = IsaProcess.Arguments(run);
        ParseResult parsed = Root().Parse(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(parsed.Errors, Is.Empty);
            Assert.That(parsed.GetValue<BenchVdaf[]>("--vdaf"), Is.EqualTo(run.Vdafs));
            Assert.That(parsed.GetValue<int>("--threads"), Is.EqualTo(2));
            Assert.That(parsed.GetValue<int?>("--batch"), Is.EqualTo(7));
            Assert.That(parsed.GetValue<bool>("--quick"), Is.True);
            Assert.That(parsed.GetValue<string>("--isa"), Is.Null);
        });
    }

    [TestCase(new double[] { 3 }, 3)]
    [TestCase(new double[] { 5, 1, 3 }, 3)]
    [TestCase(new double[] { 4, 1, 3, 2 }, 2.5)]
    public void The_median_is_in_the_middle(double[] values, double median) => Assert.That(Sampler.Median(values), Is.EqualTo(median));

    [TestCase(1)]
    [TestCase(3)]
    public void A_team_calls_each_worker_as_often_as_told_and_survives_a_failure(int size)
    {
        using WorkerTeam team = new(size);
        int[] calls = new int[size];
        Assert.That(() => team.Run(worker => throw new CliException($"worker {worker}"), 1), Throws.TypeOf<CliException>());
        Assert.That(team.Run(worker => calls[worker]++, 5), Is.GreaterThanOrEqualTo(TimeSpan.Zero));
        Assert.That(calls, Has.All.EqualTo(5));
    }

    [TestCase("model name\t: AMD EPYC 9B45", "AMD EPYC 9B45")]
    [TestCase("Model\t\t: Raspberry Pi 5", "Raspberry Pi 5")]
    [TestCase("model name\t:", null)]
    [TestCase("BogoMIPS : 1", null)]
    public void The_processor_is_named_as_the_system_names_it(string line, string? name) =>
        Assert.That(CpuName.Parse(["processor\t: 0", line]), Is.EqualTo(name));

    private static BenchReport Report(double x25519, string isa) => new(
        x25519, x25519, "OpenSSL", "cpu", ".NET",
        [.. new[] { "helper", "shard" }.Select(operation => new BenchResult("Prio3Count", operation, isa, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1))]);

    private static Command Root() => new("janus") { BenchCommand.Create() };

    private static IEnumerable<string> Errors(params string[] arguments) => Root().Parse(arguments).Errors.Select(error => error.Message);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        ParseResult parsed = Root().Parse(["bench", "vdaf", "--quick", .. arguments]);
        Assert.That(parsed.Errors, Is.Empty);
        StringWriter output = new();
        int exitCode = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = new StringWriter() });
        Assert.That(exitCode, Is.Zero);
        return output.ToString();
    }
}
