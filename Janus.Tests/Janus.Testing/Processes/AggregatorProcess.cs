using System.Diagnostics;
using System.Globalization;

namespace Janus.Testing;

/// <summary>
/// A real <c>janus run</c> in a process of its own. It ends with this object, and with the test process however that ends.
/// </summary>
public sealed class AggregatorProcess : IAsyncDisposable
{
    private const int MaximumLines = 2000;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly Queue<string> _lines = [];
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AggregatorProcess(string name, ProcessStartInfo start)
    {
        Name = name;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Remember(line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.Exited += (_, _) => _ended.TrySetResult(_process.ExitCode);
    }

    /// <summary>What the process is called in a test's output.</summary>
    public string Name { get; }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Completes with the exit code once the process has ended.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>The last lines that the process wrote.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join(Environment.NewLine, _lines);
            }
        }
    }

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
        AggregatorProcess process = new(name, Describe(roles, environment, addressFile));
        try
        {
            process._process.Start();
            process._process.BeginOutputReadLine();
            process._process.BeginErrorReadLine();
            process.Address = await process.WaitForAddressAsync(addressFile, cancellationToken);
            return process;
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
    public async Task KillAsync()
    {
        _process.Kill();
        await Ended;
    }

    /// <summary>Sends SIGTERM, without waiting.</summary>
    public async Task TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    private static ProcessStartInfo Describe(
        IEnumerable<string> roles, IReadOnlyDictionary<string, string> environment, string addressFile)
    {
        ProcessStartInfo start = new(HostProgram.Dotnet)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        IEnumerable<string> arguments =
        [
            HostProgram.Assembly, "run", .. roles.SelectMany(role => (string[])["--role", role]),
            "--listen", "http://127.0.0.1:0", "--address-file", addressFile, "--exit-with-parent",
        ];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string key, string value) in environment)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private async Task<Uri> WaitForAddressAsync(string addressFile, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit);
        while (!File.Exists(addressFile))
        {
            if (Ended.IsCompleted)
            {
                // Lets the last lines of its output arrive.
                await _process.WaitForExitAsync(limit.Token);
                throw new AggregatorStartException(Name, await Ended, Output);
            }

            await Task.Delay(LookInterval, limit.Token);
        }

        return new Uri((await File.ReadAllLinesAsync(addressFile, limit.Token))[0]);
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MaximumLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
