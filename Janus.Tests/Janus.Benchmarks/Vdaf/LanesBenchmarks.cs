using System.Numerics;
using BenchmarkDotNet.Attributes;
using Janus.Vdaf;

namespace Janus.Benchmarks.Vdaf;

/// <summary>The kernels that have no scalar twin of the same shape; figures are for one report.</summary>
public class LanesBenchmarks
{
    private LanesWork _work = null!;

    /// <summary>The name of the instruction set.</summary>
    [ParamsSource(nameof(Vectors))]
    public string InstructionSet { get; set; } = "";

    /// <summary>The number of words of a row, and of elements of a wire polynomial.</summary>
    [Params(16, 128, 1024)]
    public int Size { get; set; }

    /// <summary>The instruction sets with lanes that this machine has.</summary>
    public static IEnumerable<string> Vectors =>
        InstructionSetBenchmarks.InstructionSetNames.Where(name => name != InstructionSets.NameOf(Janus.Vdaf.InstructionSet.Scalar));

    /// <summary>Makes random rows and digits.</summary>
    [GlobalSetup]
    public void Prepare() => _work = LanesWork.Create(InstructionSet, BitOperations.Log2((uint)Size));

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void LaneRowsRead() => _work.ReadRows();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void LaneRowsWrite() => _work.WriteRows();

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void Field128WireTransform() => _work.TransformWire();
}
