using System.Diagnostics;
using System.Globalization;

namespace Janus.IntegrationTests.Embedded;

/// <summary>A directory for one test, which PostgreSQL's user may enter when the tests run as root.</summary>
public sealed class TestDirectory : IDisposable
{
    public TestDirectory() => Directory.CreateDirectory(Root);

    public string Root { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "jt-" + Guid.NewGuid().ToString("N")[..8]);

    public string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>The process ID of the server whose data directory is <paramref name="cluster"/>.</summary>
    public static int ServerId(string cluster) =>
        int.Parse(File.ReadLines(System.IO.Path.Combine(cluster, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    /// <summary>Whether the process runs; a finished one whose parent has not asked yet does not.</summary>
    public static bool IsRunning(int processId)
    {
        try
        {
            string state = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status")).First(line => line.StartsWith("State:", StringComparison.Ordinal));
            return !state.Contains('Z', StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Waits up to <paramref name="seconds"/> until the process has ended.</summary>
    public static async Task<bool> HasEndedAsync(int processId, int seconds)
    {
        long began = Stopwatch.GetTimestamp();
        while (IsRunning(processId) && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(seconds))
        {
            await Task.Delay(20);
        }

        return !IsRunning(processId);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
