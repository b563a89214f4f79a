using System.Runtime.InteropServices;
using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>Measures VDAFs in this process, with the instruction set that it has.</summary>
/// <param name="Vdafs">The VDAFs.</param>
/// <param name="Threads">The number of threads, each with a batch of its own.</param>
/// <param name="Batch">The number of reports of a batch; null for what suits each VDAF.</param>
/// <param name="Sampling">How long and how often.</param>
internal sealed record BenchRun(IReadOnlyList<BenchVdaf> Vdafs, int Threads, int? Batch, Sampling Sampling)
{
    private static readonly BenchOperation[] Operations = Enum.GetValues<BenchOperation>();

    /// <summary>Measures; <paramref name="progress"/> is told each step before it is taken.</summary>
    /// <exception cref="CliException">A VDAF gives wrong results, or a batch is too large.</exception>
    public BenchReport Run(Action<BenchStep> progress, CancellationToken cancellationToken)
    {
        using WorkerTeam team = new(Threads);
        using X25519Clock x25519 = new(Sampling);
        List<BenchResult> results = [];
        int steps = Vdafs.Count * Operations.Length;
        foreach (BenchVdaf vdaf in Vdafs)
        {
            progress(new BenchStep(vdaf.Name, "preparation", (double)results.Count / steps));
            ReportBatch[] batches = Prepare(vdaf, team);
            foreach (BenchOperation operation in Operations)
            {
                progress(new BenchStep(vdaf.Name, Name(operation), (double)results.Count / steps));
                x25519.Sample(cancellationToken);
                SampledTime time = new Sampler(team, Sampling).Measure(worker => batches[worker].Run(operation), cancellationToken);
                results.Add(ResultOf(vdaf, operation, batches[0].Count, time));
            }

            // The shares that were made last are as good as the first ones, and so is all code as it is compiled by now.
            team.Run(worker => batches[worker].Check(), 1);
        }

        x25519.Sample(cancellationToken);
        return new BenchReport(
            x25519.Median,
            x25519.Minimum,
            x25519.Library,
            CpuName.Read(),
            RuntimeInformation.FrameworkDescription,
            [.. results.Select(result => result with
            {
                X25519Units = result.UsPerReport * Threads / x25519.Median,
                X25519UnitsMin = result.UsPerReportMin * Threads / x25519.Minimum,
            })]);
    }

    private static string Name(BenchOperation operation) => operation switch
    {
        BenchOperation.Helper => "helper",
        BenchOperation.Leader => "leader",
        _ => "shard",
    };

    private ReportBatch[] Prepare(BenchVdaf vdaf, WorkerTeam team)
    {
        IVdaf made = vdaf.Description.ToVdaf();
        ReportBatch[] batches = new ReportBatch[Threads];
        team.Run(worker => batches[worker] = new ReportBatch(vdaf, made, Batch ?? vdaf.DefaultBatch), 1);
        return batches;
    }

    private BenchResult ResultOf(BenchVdaf vdaf, BenchOperation operation, int batch, SampledTime time)
    {
        double reports = (double)batch * Threads;
        return new BenchResult(
            vdaf.Name,
            Name(operation),
            IsaNames.Current,
            Threads,
            batch,
            UsPerReport: time.Median / reports,
            UsPerReportMin: time.Minimum / reports,
            CoreUsPerReport: time.Median / batch,
            X25519Units: 0,
            X25519UnitsMin: 0,
            ReportsPerSecond: reports * 1e6 / time.Median,
            AllocatedBytesPerReport: time.AllocatedBytes / batch,
            Environment.WorkingSet);
    }
}
