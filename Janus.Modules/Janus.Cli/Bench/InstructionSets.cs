using System.Runtime.Intrinsics.X86;

namespace Janus.Cli.Bench;

/// <summary>The instruction sets that <c>Janus.Vdaf</c> can be made to use; a process uses one from its start to its end.</summary>
internal static class InstructionSets
{
    /// <summary>The environment variable that makes a process use one.</summary>
    public const string Variable = "JANUS_VDAF_ISA";

    /// <summary>Without vector instructions.</summary>
    public const string Scalar = "scalar";

    /// <summary>256-bit vectors.</summary>
    public const string Avx2 = "avx2";

    /// <summary>512-bit vectors.</summary>
    public const string Avx512 = "avx512";

    /// <summary>All of them, the slowest first.</summary>
    public static IReadOnlyList<string> All { get; } = [Scalar, Avx2, Avx512];

    /// <summary>Those that this machine has.</summary>
    // MERGE: to be asked of VdafIsa.
    public static IReadOnlyList<string> Supported { get; } = [.. All.Where(isa => isa switch
    {
        Avx2 => System.Runtime.Intrinsics.X86.Avx2.IsSupported,
        Avx512 => Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512Vbmi.IsSupported,
        _ => true,
    })];

    /// <summary>The one that this process uses.</summary>
    // MERGE: to be asked of VdafIsa.
    public static string CurrentIsa() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } isa ? isa : Scalar;

    /// <summary>Those that a user means: a name, or <c>all</c>.</summary>
    /// <exception cref="CliException">The machine does not have it.</exception>
    public static IReadOnlyList<string> Select(string isa, IReadOnlyList<string> supported) =>
        isa == "all" ? supported
        : supported.Contains(isa) ? [isa]
        : throw new CliException($"--isa: this machine does not have {isa}; it has {string.Join(", ", supported)}");
}
