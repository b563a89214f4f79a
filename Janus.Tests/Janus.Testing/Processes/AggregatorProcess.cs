namespace Janus.Testing;

/// <summary>
/// A <c>janus run</c> that serves. It ends with this object, and with the test process however that ends.
/// </summary>
public sealed class AggregatorProcess : IAsyncDisposable
{
    private readonly HostProcess _process;

    private AggregatorProcess(string name, HostProcess process, IReadOnlyList<Uri> addresses)
    {
        Name = name;
        _process = process;
        Address = addresses[0];
        Management = addresses[^1];
    }

    /// <summary>What the process is called in a test's output.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Where its management listener is, if it is configured to have one.</summary>
    public Uri Management { get; }

    /// <summary>Completes with the exit code once the process has ended.</summary>
    public Task<int> Ended => _process.Ended;

    /// <summary>The memory that the process occupies, in bytes.</summary>
    public long WorkingSet => _process.WorkingSet;

    /// <summary>The last lines that the process wrote.</summary>
    public string Output => $"{_process.Output}{Environment.NewLine}{_process.Error}";

    /// <summary>Starts a process and waits until it serves, on a free port.</summary>
    /// <param name="name">What to call it.</param>
    /// <param name="roles">Its roles, as on the command line.</param>
    /// <param name="environment">Its configuration.</param>
    /// <param name="cancellationToken">Stops waiting, and the process.</param>
    /// <exception cref="AggregatorStartException">It ended before it served.</exception>
    public static async Task<AggregatorProcess> StartAsync(
        string name, IEnumerable<string> roles, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string addressFile = Path.Combine(Path.GetTempPath(), $"janus-test-{Guid.NewGuid():n}.address");
        HostProcess process = HostProcess.Start(
            [
                "run", .. roles.SelectMany(role => (string[])["--role", role]),
                "--listen", "http://127.0.0.1:0", "--address-file", addressFile, "--exit-with-parent",
            ],
            environment);
        try
        {
            return new AggregatorProcess(name, process, await process.WaitForAddressesAsync(cancellationToken));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
        finally
        {
            File.Delete(addressFile);
        }
    }

    /// <summary>Ends the process with SIGKILL: nothing of it runs any more.</summary>
    public Task KillAsync() => _process.KillAsync();

    /// <summary>Sends SIGTERM, without waiting.</summary>
    public Task TerminateAsync() => _process.SignalAsync("TERM");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
