using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Janus.IntegrationTests.Host;

/// <summary>A real Janus process, started from the program beside the tests.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly string _addressFile;

    private HostProcess(Process process, string addressFile)
    {
        _process = process;
        _addressFile = addressFile;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
    }

    public int Id => _process.Id;

    public string Output => Text(_output);

    public string Error => Text(_error);

    /// <summary>Starts <c>janus</c> with <paramref name="arguments"/>; <paramref name="environment"/> adds variables.</summary>
    public static HostProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A test run in the background of a script ignores Ctrl-C, and so would the processes that it starts.
        string[] command = ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "Janus.Host.dll"), .. arguments];
        ProcessStartInfo start = new("env", command)
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

        Process process = new() { StartInfo = start };
        HostProcess host = new(process, arguments.SkipWhile(argument => argument != "--address-file").ElementAtOrDefault(1) ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Starts <c>janus run</c> on a free port with its database in <paramref name="dataDirectory"/>.</summary>
    public static HostProcess Run(string dataDirectory, params string[] arguments) => Start(
        ["run", "--listen", "http://127.0.0.1:0", "--address-file", Path.Combine(dataDirectory, "addresses"), .. arguments],
        new Dictionary<string, string> { ["JANUS__Database__DataDirectory"] = dataDirectory });

    /// <summary>Waits until the process serves, and returns its address.</summary>
    public async Task<Uri> WaitForAddressAsync()
    {
        long began = Stopwatch.GetTimestamp();
        while (!File.Exists(_addressFile))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"the process does not serve: {Error}{Output}");
            }

            await Task.Delay(20);
        }

        return new Uri((await File.ReadAllLinesAsync(_addressFile))[0]);
    }

    /// <summary>Waits for the end, and returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        using CancellationTokenSource tooLong = new(Patience);
        await _process.WaitForExitAsync(tooLong.Token);
        return _process.ExitCode;
    }

    public void CloseStandardInput() => _process.StandardInput.Close();

    /// <summary>Sends a signal by its name, such as <c>TERM</c>.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.AppendLine(line);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString().Trim();
        }
    }
}
