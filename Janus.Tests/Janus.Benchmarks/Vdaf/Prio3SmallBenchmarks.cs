using BenchmarkDotNet.Attributes;
using Janus.Cli.Bench;

namespace Janus.Benchmarks.Vdaf;

/// <summary>The VDAFs whose reports are measured by the hundred.</summary>
public class Prio3SmallBenchmarks : Prio3Benchmarks
{
    private const int Batch = 256;

    /// <inheritdoc/>
    [ParamsSource(nameof(Vdafs))]
    public override string Vdaf { get; set; } = "";

    /// <summary>The names of the VDAFs.</summary>
    public static IEnumerable<string> Vdafs => Names(Batch);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Helper() => Run(BenchOperation.Helper);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Leader() => Run(BenchOperation.Leader);

    [Benchmark(OperationsPerInvoke = Batch)]
    public void Shard() => Run(BenchOperation.Shard);
}
