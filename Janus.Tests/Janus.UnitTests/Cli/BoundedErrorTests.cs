using Janus.Cli;
using Janus.Dap;
using Janus.Messages;

namespace Janus.UnitTests.Cli;

/// <summary>However long what somebody has typed or what stands in a file, an error is a line that can be read.</summary>
[TestFixture]
[NonParallelizable]
public sealed class BoundedErrorTests
{
    private const string ATask = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static readonly string Endless = new('9', 200_000);

    [TestCase("sum:100")]
    [TestCase("sumvec:2:100")]
    [TestCase("histogram:4")]
    [TestCase("histogram:1,2")]
    [TestCase("count")]
    public void Cell_of_a_file(string vdaf)
    {
        MeasurementEncoding encoding = MeasurementEncoding.Parse(vdaf);
        foreach (string cell in new[] { Endless, "x" + Endless, $"{Endless};{Endless}", "1\nWarning: forged" })
        {
            string? message = Assert.Throws<FormatException>(() => encoding.Read(cell), vdaf)?.Message;
            Assert.That(message, Has.Length.LessThan(250).And.No.Contains("\n"), vdaf);
        }
    }

    [Test]
    public async Task Names_of_columns()
    {
        using TemporaryFolder folder = new();
        string header = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"column{i}"));
        string path = folder.Write("x.csv", $"{header}\n{header}\n");
        string? message = (await Assert.ThrowsAsync<CliException>(() => CsvColumn.ReadAsync(path, Endless)))?.Message;
        Assert.That(message, Has.Length.LessThan(path.Length + 500));
        Assert.That(message, Does.Contain("more"));
    }

    [TestCase("task show {0}")]
    [TestCase("task add --vdaf {0}")]
    [TestCase("task add --vdaf sum:{0}")]
    [TestCase("task add --vdaf histogram:1,x{0}")]
    [TestCase("task add --leader {0}")]
    [TestCase("task add --leader ftp://{0}/")]
    [TestCase("task add --min-batch-size x{0}")]
    [TestCase("task add --time-precision {0}x")]
    [TestCase("task add --task-start {0}")]
    [TestCase("task add --role {0}")]
    [TestCase("task add --differential-privacy {0}")]
    [TestCase("hpke-key add --id {0}")]
    [TestCase("hpke-key rotate --ciphersuite {0}")]
    [TestCase("task token add " + ATask + " --not-after {0}")]
    [TestCase("task set " + ATask + " --report-expiry-age {0}")]
    [TestCase("gc run --grace-period {0}")]
    [TestCase("collect --task-file x --key y --batch-interval {0}")]
    [TestCase("collect --task-file x --key y --leader-selected --agg-param ={0}")]
    [TestCase("health --url {0}")]
    [TestCase("log-level --url {0}")]
    [TestCase("bench vdaf --vdaf {0}")]
    [TestCase("{0}")]
    [TestCase("task {0}")]
    [TestCase("--{0}")]
    public async Task Argument_of_a_command(string line)
    {
        string error = await ErrorOfAsync([.. line.Split(' ').Select(part => part.Replace("{0}", Endless, StringComparison.Ordinal))]);
        Assert.That(error, Does.StartWith("janus: ").And.No.Contains("(Parameter"));
        Assert.That(error, Has.Length.LessThan(2500));
    }

    [TestCase("task add --leader leader.example --helper https://h.example/")]
    [TestCase("task add --leader http://x/?y --helper https://h.example/")]
    [TestCase("task add --vdaf histogram:0")]
    [TestCase("task add --vdaf sumvec:0:1")]
    [TestCase("task add --vdaf sum:0")]
    [TestCase("task add --vdaf multihot:3:4")]
    [TestCase("task add --vdaf histogram:3,2,1")]
    [TestCase("task add --vdaf histogram:5:9")]
    [TestCase("task show AAAA")]
    public async Task Parameter_of_a_method_is_not_named(string line) =>
        Assert.That(await ErrorOfAsync(line.Split(' ')), Does.StartWith("janus: ").And.No.Contains("(Parameter"));

    [Test]
    public void Unexpected_exception_names_no_parameter() =>
        Assert.That(Failures.Describe(new ArgumentException("a length expected", "x")), Does.Contain("a length expected (--verbose").And.No.Contains("(Parameter"));

    [Test]
    public void Message_that_is_quoted_nowhere_is_cut_at_last() =>
        Assert.That(Failures.Describe(new CliException(Endless)), Has.Length.LessThan(2100).And.Contain("200,000 characters"));

    [Test]
    public void Url_of_a_task() =>
        Assert.That(Assert.Throws<ArgumentException>(() => _ = new AggregatorUrls(new Url("ftp://" + Endless[..60_000])))?.Message, Has.Length.LessThan(250));

    private static async Task<string> ErrorOfAsync(string[] arguments)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new();
        Console.SetError(error);
        try
        {
            int code = await CommandLineProgram.RunAsync(arguments, new NoHost());
            Assert.That(code, Is.Not.Zero);
        }
        finally
        {
            Console.SetError(before);
        }

        return error.ToString();
    }

    private sealed class NoHost : IProcessHost
    {
        public IReadOnlyList<string> Roles => ["all"];

        public Task<int> RunAsync(RunArguments arguments, CancellationToken cancellationToken) => throw new InvalidOperationException("nothing is run here");

        public Task<IDatastoreAccess> OpenDatastoreAsync(ConfigurationArguments arguments, bool migrate, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("no datastore is opened here");
    }
}
