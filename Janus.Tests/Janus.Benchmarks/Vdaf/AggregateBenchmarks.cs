using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Janus.Vdaf;
using Janus.Vdaf.Fields;

namespace Janus.Benchmarks.Vdaf;

/// <summary>Adding out shares to an aggregate share; figures are for one element of one report.</summary>
public class AggregateBenchmarks : InstructionSetBenchmarks
{
    private const int Length = 1024;
    private const int Count = 64;

    private readonly VerifyOutcome[] _outcomes = new VerifyOutcome[Count];
    private Prio3 _vdaf = null!;
    private byte[] _outShares = [];
    private byte[] _aggShare = [];

    /// <summary>The name of the field.</summary>
    [Params(nameof(Field64), nameof(Field128))]
    public string Field { get; set; } = "";

    /// <summary>Makes random out shares.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        Prio3Field field = Enum.Parse<Prio3Field>(Field);
        _vdaf = Prio3.SumVecWithMultiproof(field, proofs: 3, Length, maxMeasurement: 1, chunkLength: 32)
            .With(InstructionSets.Choose(InstructionSet));
        _aggShare = new byte[_vdaf.AggShareLength([])];
        _outShares = RandomNumberGenerator.GetBytes(Count * _vdaf.OutShareLength([]));
        _outcomes.AsSpan().Fill(VerifyOutcome.Finished);

        // Below the modulus: the last byte of each element is zero.
        int size = _aggShare.Length / Length;
        for (int i = size - 1; i < _outShares.Length; i += size)
        {
            _outShares[i] = 0;
        }
    }

    [Benchmark(OperationsPerInvoke = Count * Length)]
    public int Aggregate() => _vdaf.Aggregate([], _aggShare, _outShares, _outcomes);
}
