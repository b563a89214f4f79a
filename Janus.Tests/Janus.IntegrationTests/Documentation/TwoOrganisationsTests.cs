using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Janus.IntegrationTests.Embedded;
using Janus.Testing;

namespace Janus.IntegrationTests.Documentation;

/// <summary>The commands of docs/two-organisations.md for one machine, run by a shell as they stand there.</summary>
[TestFixture]
public sealed class TwoOrganisationsTests
{
    private static readonly string[] ToldToEnd = ["kill \"$leader\" \"$helper\"", "wait"];

    private TestDirectory _directory = null!;

    [SetUp]
    public void CreateDirectory() => _directory = new TestDirectory();

    [TearDown]
    public void RemoveDirectory() => _directory.Dispose();

    [Test]
    [Platform(Exclude = "Win", Reason = "the commands are for a POSIX shell")]
    [CancelAfter(180_000)]
    public async Task The_commands_for_one_machine_lead_from_nothing_to_the_aggregate()
    {
        DocumentText document = DocumentText.Read("docs/two-organisations.md");
        string[] blocks = [.. document.Blocks.Where(block => block.Language == "sh").Select(block => block.Text)];
        Assert.That(blocks, Has.Length.GreaterThan(5));
        Assert.That(blocks[^1].Split('\n'), Is.EqualTo(ToldToEnd));

        // Ports that are free here, and processes that end however the script ends.
        int leader = FreePort();
        int helper = FreePort();
        string script = string.Join('\n', ["set -e", "trap 'kill $leader $helper 2> /dev/null || true; wait' EXIT", .. blocks])
            .Replace("127.0.0.1:8080", $"127.0.0.1:{leader}", StringComparison.Ordinal)
            .Replace("127.0.0.1:8081", $"127.0.0.1:{helper}", StringComparison.Ordinal);
        (int exitCode, string output, string error) = await RunAsync(script);

        Assert.That(exitCode, Is.Zero, error + output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(output, Does.Contain("added as leader").And.Contain("added as helper"));
            Assert.That(output, Does.Contain("5 reports accepted"));
            Assert.That(output, Does.Contain("5 reports in 2026-01-31T08:00:00Z/3600s"));
            Assert.That(output, Does.Match(@"below 18 +1\b").And.Match(@"\[18, 40\) +2\b").And.Match(@"\[40, 65\) +1\b").And.Match(@"65 and above +1\b"));
            Assert.That(error, Does.Not.Contain("warning"), "no secret is left for others to read");
        }
    }

    private async Task<(int ExitCode, string Output, string Error)> RunAsync(string script)
    {
        string program = _directory.Path("janus");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec {HostProgram.Dotnet} {HostProgram.Assembly} \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        ProcessStartInfo start = new("bash", ["-c", script])
        {
            WorkingDirectory = _directory.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("JANUS", StringComparison.Ordinal) && name != "JANUS_POSTGRES_BIN").ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["PATH"] = $"{_directory.Root}:{start.Environment["PATH"]}";
        using Process shell = Process.Start(start)!;
        try
        {
            CancellationToken token = TestContext.CurrentContext.CancellationToken;
            Task<string> output = shell.StandardOutput.ReadToEndAsync(token);
            string error = await shell.StandardError.ReadToEndAsync(token);
            await shell.WaitForExitAsync(token);
            return (shell.ExitCode, await output, error);
        }
        finally
        {
            shell.Kill(entireProcessTree: true);
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
