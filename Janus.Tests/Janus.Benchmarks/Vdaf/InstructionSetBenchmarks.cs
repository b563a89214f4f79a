using BenchmarkDotNet.Attributes;
using Janus.Vdaf;

namespace Janus.Benchmarks.Vdaf;

/// <summary>What is measured under each instruction set that the machine has.</summary>
/// <remarks>
/// Parameters are texts: BenchmarkDotNet writes them into a program of its own, which sees nothing that is internal.
/// Whatever the number of lanes, a call works on as many reports (or elements), so that figures are for one of them.
/// </remarks>
public abstract class InstructionSetBenchmarks
{
    /// <summary>The name of the instruction set: see <see cref="InstructionSets.Variable"/>.</summary>
    [ParamsSource(nameof(InstructionSetNames))]
    public string InstructionSet { get; set; } = "";

    /// <summary>The names of the instruction sets that this machine has.</summary>
    public static IEnumerable<string> InstructionSetNames => InstructionSets.Supported.Select(InstructionSets.NameOf);
}
