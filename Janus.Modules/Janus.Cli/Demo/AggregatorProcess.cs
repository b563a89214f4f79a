using System.Diagnostics;
using Janus.Messages;

namespace Janus.Cli.Demo;

/// <summary>One aggregator in a process of its own, with every role, which ends when this object or its parent does.</summary>
internal sealed class AggregatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    private readonly Process _process;

    private AggregatorProcess(Process process, string name, Url endpoint)
    {
        _process = process;
        Name = name;
        Endpoint = endpoint;
    }

    /// <summary>Leader or Helper.</summary>
    public string Name { get; }

    /// <summary>The base URL of the aggregator's resources.</summary>
    public Url Endpoint { get; }

    /// <summary>Completes when the process has ended.</summary>
    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts an aggregator on a database that is migrated, and waits until it serves.</summary>
    /// <param name="name">Leader or Helper.</param>
    /// <param name="folder">Where its address file goes.</param>
    /// <param name="port">The port, or 0 for a free one.</param>
    /// <param name="environment">Its configuration.</param>
    /// <param name="cancellationToken">Stops waiting, and the process.</param>
    /// <exception cref="CliException">It did not start; the message is its own.</exception>
    public static async Task<AggregatorProcess> StartAsync(
        string name, string folder, int port, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string addressFile = Path.Combine(folder, $"{name}.address");
        ProcessStartInfo start = OwnProgram.StartInfo(
            ["run", "--role", "all", "--listen", $"http://127.0.0.1:{port}", "--address-file", addressFile, "--exit-with-parent"]);
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;

        // What configures the aggregators of this machine does not configure the demo's.
        foreach (string inherited in start.Environment.Keys.Where(key => key.StartsWith("JANUS_", StringComparison.Ordinal) && key != "JANUS_POSTGRES_BIN").ToList())
        {
            start.Environment.Remove(inherited);
        }

        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        Process process = Process.Start(start)!;
        string lastError = string.Empty;
        process.ErrorDataReceived += (_, line) => lastError = line.Data is { Length: > 0 } text ? text : lastError;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            string address = await WaitForAddressAsync(process, addressFile, cancellationToken);
            return new AggregatorProcess(process, name, new Url(address));
        }
        catch (Exception exception)
        {
            await StopAsync(process);
            throw exception is OperationCanceledException && cancellationToken.IsCancellationRequested
                ? exception
                : new CliException($"the {name} did not start: {(lastError.Length > 0 ? lastError.Replace("janus: ", string.Empty, StringComparison.Ordinal) : exception.Message)}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(_process);
        _process.Dispose();
    }

    private static async Task<string> WaitForAddressAsync(Process process, string addressFile, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!File.Exists(addressFile))
        {
            if (process.HasExited)
            {
                // Lets the last lines of its output arrive.
                await process.WaitForExitAsync(limit.Token);
                throw new CliException("it ended");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        return (await File.ReadAllLinesAsync(addressFile, cancellationToken))[0];
    }

    // The end of its standard input asks it to stop; after a while it is made to.
    private static async Task StopAsync(Process process)
    {
        try
        {
            process.StandardInput.Close();
            using CancellationTokenSource limit = new(StopLimit);
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
        catch (IOException)
        {
            await process.WaitForExitAsync();
        }
    }
}
