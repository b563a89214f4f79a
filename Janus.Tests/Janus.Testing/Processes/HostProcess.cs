using System.Diagnostics;
using System.Globalization;

namespace Janus.Testing;

/// <summary>A real Janus process, started from the program that was built with the tests. It ends with this object.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private const int MaximumLines = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly Queue<string> _output = [];
    private readonly Queue<string> _error = [];
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _addressFile;

    private HostProcess(ProcessStartInfo start, string addressFile)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _addressFile = addressFile;
        _process.OutputDataReceived += (_, line) => Remember(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Remember(_error, line.Data);
        _process.Exited += (_, _) => _ended.TrySetResult(_process.ExitCode);
    }

    /// <summary>Completes with the exit code once the process has ended.</summary>
    public Task<int> Ended => _ended.Task;

    /// <summary>The memory that it occupies, in bytes; 0 once it has ended.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    /// <summary>The last lines of its standard output.</summary>
    public string Output => Text(_output);

    /// <summary>The last lines of its standard error.</summary>
    public string Error => Text(_error);

    /// <summary>Starts <c>janus</c> with <paramref name="arguments"/>; <paramref name="environment"/> adds variables.</summary>
    public static HostProcess Start(IReadOnlyCollection<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A test run in the background of a script ignores Ctrl-C, and so would the processes that it starts.
        ProcessStartInfo start = new("env", ["--default-signal=INT", HostProgram.Dotnet, HostProgram.Assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("JANUS", StringComparison.Ordinal) && name != "JANUS_POSTGRES_BIN").ToList())
        {
            start.Environment.Remove(name);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        HostProcess host = new(start, arguments.SkipWhile(argument => argument != "--address-file").ElementAtOrDefault(1) ?? "");
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Starts <c>janus run</c> on a free port with its database in <paramref name="dataDirectory"/>.</summary>
    public static HostProcess Run(string dataDirectory, params string[] arguments) => Start(
        ["run", "--listen", "http://127.0.0.1:0", "--address-file", Path.Combine(dataDirectory, "addresses"), .. arguments],
        new Dictionary<string, string> { ["JANUS__Database__DataDirectory"] = dataDirectory });

    /// <summary>Waits until the process serves, and returns its address.</summary>
    /// <exception cref="AggregatorStartException">It ended before it served.</exception>
    public async Task<Uri> WaitForAddressAsync(CancellationToken cancellationToken = default) => (await WaitForAddressesAsync(cancellationToken))[0];

    /// <summary>Waits until the process serves, and returns where: DAP first, then management.</summary>
    /// <exception cref="AggregatorStartException">It ended before it served.</exception>
    public async Task<IReadOnlyList<Uri>> WaitForAddressesAsync(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        while (!File.Exists(_addressFile))
        {
            if (Ended.IsCompleted)
            {
                // Lets the last lines of its output arrive.
                int exitCode = await WaitForExitAsync();
                throw new AggregatorStartException("janus", exitCode, $"{Error}{Output}");
            }

            await Task.Delay(LookInterval, limit.Token);
        }

        return [.. (await File.ReadAllLinesAsync(_addressFile, limit.Token)).Select(line => new Uri(line))];
    }

    /// <summary>Waits for the end and for all output, and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using CancellationTokenSource tooLong = new(Patience);
        await _process.WaitForExitAsync(tooLong.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends its standard input.</summary>
    public void CloseStandardInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal by its name, such as <c>TERM</c>, without waiting for what it does.</summary>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends the process with SIGKILL: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await Ended;
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

    private static void Remember(Queue<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Enqueue(line);
            if (lines.Count > MaximumLines)
            {
                lines.Dequeue();
            }
        }
    }

    private static string Text(Queue<string> lines)
    {
        lock (lines)
        {
            return string.Join(Environment.NewLine, lines).Trim();
        }
    }
}
