using BenchmarkDotNet.Attributes;
using Janus.Vdaf.Fields;

namespace Janus.Benchmarks.Vdaf;

/// <summary>What is measured of each field under each instruction set.</summary>
public abstract class FieldBenchmarks : InstructionSetBenchmarks
{
    /// <summary>The name of the field.</summary>
    [Params(nameof(Field64), nameof(Field128))]
    public string Field { get; set; } = "";

    private protected FieldWork Work { get; private set; } = null!;

    private protected abstract int LogSize { get; }

    /// <summary>Makes vectors of random elements.</summary>
    [GlobalSetup]
    public void Prepare() => Work = FieldWork.Create(Field, InstructionSet, LogSize);
}
