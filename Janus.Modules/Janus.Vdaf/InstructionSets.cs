using System.Runtime.Intrinsics.X86;
using Janus.Codec;

namespace Janus.Vdaf;

/// <summary>Chooses the instruction set of a process, once, when it is first asked for.</summary>
public static class InstructionSets
{
    /// <summary>The environment variable that chooses: <c>scalar</c>, <c>avx2</c> or <c>avx512</c>; by default the best.</summary>
    public const string Variable = "JANUS_VDAF_ISA";

    private static readonly Lazy<InstructionSet> Chosen = new(() => Choose(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>The instruction sets that this machine and runtime have, the best last.</summary>
    public static IReadOnlyList<InstructionSet> Supported { get; } =
    [
        InstructionSet.Scalar,
        .. Avx2.IsSupported ? [InstructionSet.Avx2] : Array.Empty<InstructionSet>(),
        .. Avx512F.IsSupported && Avx512DQ.IsSupported ? [InstructionSet.Avx512] : Array.Empty<InstructionSet>(),
    ];

    /// <summary>The instruction set of this process.</summary>
    /// <exception cref="InvalidOperationException">The environment asks for one that is not known, or that this machine lacks.</exception>
    public static InstructionSet Current => Chosen.Value;

    /// <summary>The name of an instruction set in <see cref="Variable"/>.</summary>
    public static string NameOf(InstructionSet set) => set.ToString().ToLowerInvariant();

    /// <summary>The choice that a value of <see cref="Variable"/> makes.</summary>
    /// <exception cref="InvalidOperationException">The value is not known, or this machine lacks it.</exception>
    public static InstructionSet Choose(string? value) => Choose(value, Supported);

    /// <summary>The choice on a machine that has the given ones, the best last.</summary>
    internal static InstructionSet Choose(string? value, IReadOnlyList<InstructionSet> has)
    {
        if (string.IsNullOrEmpty(value))
        {
            return has[^1];
        }

        string supported = string.Join(", ", has.Select(NameOf));
        foreach (InstructionSet set in Enum.GetValues<InstructionSet>())
        {
            if (NameOf(set) == value)
            {
                return has.Contains(set)
                    ? set
                    : throw new InvalidOperationException($"{Variable} is {value}, which this machine lacks; it has {supported}");
            }
        }

        throw new InvalidOperationException($"{Variable} is {Quote.Of(value)}, which is not known; this machine has {supported}");
    }
}
