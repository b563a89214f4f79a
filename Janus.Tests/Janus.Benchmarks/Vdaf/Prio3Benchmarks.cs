using BenchmarkDotNet.Attributes;
using Janus.Cli.Bench;
using Janus.Vdaf;

namespace Janus.Benchmarks.Vdaf;

/// <summary>What both aggregators and a Client do, on the VDAFs of <c>janus bench vdaf</c>; figures are for one report.</summary>
public abstract class Prio3Benchmarks : InstructionSetBenchmarks
{
    private ReportBatch _reports = null!;

    /// <summary>The VDAF, under the name that figures are published with.</summary>
    public abstract string Vdaf { get; set; }

    /// <summary>Shards a batch, and checks that it adds up.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        BenchVdaf vdaf = BenchVdaf.Parse(Vdaf);
        _reports = new ReportBatch(vdaf, ((Prio3)vdaf.Description.ToVdaf()).With(InstructionSets.Choose(InstructionSet)), vdaf.DefaultBatch);
    }

    private protected static IEnumerable<string> Names(int batch) =>
        BenchVdaf.Defaults.Where(vdaf => vdaf.DefaultBatch == batch).Select(vdaf => vdaf.Name);

    private protected void Run(BenchOperation operation) => _reports.Run(operation);
}
