using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>Measures VDAFs in a process of its own, because the instruction set of a process is chosen at its start.</summary>
internal static class IsaProcess
{
    /// <summary>Measures what <paramref name="run"/> says with an instruction set. The process shows its progress itself.</summary>
    /// <exception cref="CliException">It failed; it has told why.</exception>
    public static async Task<BenchReport> RunAsync(string isa, BenchRun run, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = OwnProgram.StartInfo(Arguments(run));
        start.RedirectStandardOutput = true;
        start.Environment[InstructionSets.Variable] = isa;
        using Process process = Process.Start(start)!;
        try
        {
            string json = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            BenchReport? report = process.ExitCode == 0 ? JsonSerializer.Deserialize(json, CliJsonContext.Default.BenchReport) : null;
            return report is not null && report.Results.All(result => result.Isa == isa)
                ? report
                : throw new CliException($"the process that was to measure {isa} failed (exit code {process.ExitCode})");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>The arguments of a process that measures the same.</summary>
    public static IReadOnlyList<string> Arguments(BenchRun run) =>
    [
        "bench", "vdaf", "--json", "-", "--threads", run.Threads.ToString(CultureInfo.InvariantCulture),
        .. run.Batch is { } batch ? (string[])["--batch", batch.ToString(CultureInfo.InvariantCulture)] : [],
        .. run.Sampling == Sampling.Quick ? (string[])["--quick"] : [],
        "--vdaf", .. run.Vdafs.Select(vdaf => vdaf.Name),
    ];
}
