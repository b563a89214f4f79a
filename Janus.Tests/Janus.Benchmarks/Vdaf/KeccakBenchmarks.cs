using BenchmarkDotNet.Attributes;
using Janus.Vdaf;
using Janus.Vdaf.Xof;

namespace Janus.Benchmarks.Vdaf;

/// <summary>Keccak-p[1600, 12]: one, four or eight states at a time; figures are for one state.</summary>
public class KeccakBenchmarks : InstructionSetBenchmarks
{
    private readonly ulong[] _state = new ulong[25];
    private Action _permute = null!;

    /// <summary>Chooses the permutation.</summary>
    [GlobalSetup]
    public void Prepare() =>
        _permute = InstructionSet == InstructionSets.NameOf(Janus.Vdaf.InstructionSet.Scalar)
            ? PermuteOneByOne
            : LanesWork.Create(InstructionSet, logSize: 0).Permute;

    [Benchmark(OperationsPerInvoke = FieldWork.Reports)]
    public void Permute() => _permute();

    private void PermuteOneByOne()
    {
        for (int i = 0; i < FieldWork.Reports; i++)
        {
            KeccakP1600.Permute(_state);
        }
    }
}
