using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Perfolizer.Horology;

namespace Janus.Benchmarks.Vdaf;

/// <summary><c>vdaf</c>: BenchmarkDotNet on the primitives of the VDAFs and on Prio3.</summary>
internal static class VdafCommand
{
    private const int Iterations = 7;
    private const int ParameterWidth = 40;

    private static readonly TimeInterval IterationTime = TimeInterval.FromMilliseconds(100);

    // BenchmarkDotNet builds this project, and all that it references, anew.
    private static readonly TimeSpan BuildTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Hands the command line behind the verb to BenchmarkDotNet; an empty one means everything.</summary>
    /// <returns>The exit code: 1 if a benchmark failed or none was meant.</returns>
    public static int Run(string[] args)
    {
        string[] effective = args.Length == 0 ? ["--filter", "*"] : args;
        Summary[] summaries = [.. BenchmarkSwitcher.FromAssembly(typeof(VdafCommand).Assembly).Run(effective, Config())];
        bool listed = effective.Any(argument => argument is "--list" or "--help" or "--info" or "--version");
        bool measured = summaries.Length > 0 && summaries.All(IsComplete);
        return listed || measured ? 0 : 1;
    }

    // A job of the command line (--job medium) takes the place of the default one. The median is what noise moves least.
    private static ManualConfig Config() => ManualConfig.CreateEmpty()
        .AddLogger(ConsoleLogger.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median)
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(ParameterWidth))
        .WithBuildTimeout(BuildTimeout)
        .AddExporter(MarkdownExporter.GitHub, JsonExporter.Brief)
        .AddJob(Job.ShortRun.WithIterationCount(Iterations).WithIterationTime(IterationTime).AsDefault());

    private static bool IsComplete(Summary summary) =>
        !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success);
}
