using System.Globalization;
using Janus.Cli;
using Janus.Host.Hosting;
using Janus.IntegrationTests.Embedded;

namespace Janus.IntegrationTests.Host;

/// <summary>Commands where no database is configured and none is on the machine, as after a mistyped variable.</summary>
[NonParallelizable]
public sealed class NoDatabaseTests
{
    private const string Id = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    // Every command that looks at the database, but 'run', 'demo' and 'task add', which make one.
    private static readonly string[] Lines =
    [
        "migrate",
        "datastore-key status",
        "datastore-key re-encrypt",
        "task list",
        $"task show {Id}",
        $"task set {Id} --report-expiry-age 1d",
        $"task delete {Id} --yes",
        $"task token add {Id}",
        $"task token list {Id}",
        $"task token expire {Id} y --at 2030-01-01",
        $"task token remove {Id} y",
        $"task certificate add {Id} --key-sha256 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        $"task certificate list {Id}",
        $"task certificate expire {Id} y --at 2030-01-01",
        $"task certificate remove {Id} y",
        "taskprov peer list",
        "taskprov peer show 1",
        "taskprov peer set 1 --report-expiry-age 1d",
        "taskprov peer token add 1",
        "taskprov peer token list 1",
        "taskprov peer token expire 1 y --at 2030-01-01",
        "taskprov peer token remove 1 y",
        "taskprov peer remove-verify-key-init 1 1",
        "taskprov peer remove 1",
        "gc run",
        "hpke-key list",
        "hpke-key add",
        "hpke-key rotate",
        "hpke-key set-state 1 expired",
    ];

    private TestDirectory _directory = null!;

    [SetUp]
    public void CreateDirectory()
    {
        _directory = new TestDirectory();
        Environment.SetEnvironmentVariable("JANUS__Database__DataDirectory", _directory.Path("data"));
        Environment.SetEnvironmentVariable("JANUS_DATABSE_URL", "postgres://janus:hush@db/janus");
    }

    [TearDown]
    public void RemoveDirectory()
    {
        Environment.SetEnvironmentVariable("JANUS__Database__DataDirectory", null);
        Environment.SetEnvironmentVariable("JANUS_DATABSE_URL", null);
        _directory.Dispose();
    }

    [TestCaseSource(nameof(Lines))]
    public async Task Command_says_where_it_looked_and_makes_nothing(string line)
    {
        (int exitCode, string error) = await RunAsync(line.Split(' '));

        Assert.That(exitCode, Is.EqualTo(1), error);
        Assert.That(error, Does.Contain("no database is configured").And.Contain(_directory.Path("data")).And.Contain("JANUS_DATABSE_URL").And.Not.Contain("hush"));
        Assert.That(error.Trim().Split('\n'), Has.Length.EqualTo(1));
        Assert.That(Directory.Exists(_directory.Path("data")), Is.False);
    }

    private static async Task<(int ExitCode, string Error)> RunAsync(string[] arguments)
    {
        TextWriter before = Console.Error;
        using StringWriter error = new(CultureInfo.InvariantCulture);
        Console.SetError(error);
        try
        {
            return (await CommandLineProgram.RunAsync(arguments, new JanusProcess()), error.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
