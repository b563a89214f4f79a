using System.Runtime.InteropServices;

namespace Janus.Cli.Bench;

/// <summary>The name of this machine's processor.</summary>
internal static class CpuName
{
    private const string CpuDescription = "/proc/cpuinfo";

    /// <summary>What the system calls it, or its architecture where the system has no name for it.</summary>
    public static string Read() =>
        (File.Exists(CpuDescription) ? Parse(File.ReadLines(CpuDescription)) : null)
        ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    /// <summary>The name in the lines of <c>/proc/cpuinfo</c>, if it is there.</summary>
    public static string? Parse(IEnumerable<string> lines) => lines
        .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
        .FirstOrDefault(pair => pair is ["model name" or "Model", { Length: > 0 }])?[1];
}
