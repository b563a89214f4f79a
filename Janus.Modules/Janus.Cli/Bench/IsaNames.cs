using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>The names of the instruction sets; a process uses one from its start to its end: see <see cref="InstructionSets"/>.</summary>
internal static class IsaNames
{
    /// <summary>All of them, the slowest first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<InstructionSet>().Select(InstructionSets.NameOf)];

    /// <summary>Those that this machine has.</summary>
    public static IReadOnlyList<string> Supported { get; } = [.. InstructionSets.Supported.Select(InstructionSets.NameOf)];

    /// <summary>The one that this process uses.</summary>
    public static string Current => InstructionSets.NameOf(InstructionSets.Current);

    /// <summary>Those that a user means: a name, or <c>all</c>.</summary>
    /// <exception cref="CliException">The machine does not have it.</exception>
    public static IReadOnlyList<string> Select(string isa, IReadOnlyList<string> supported) =>
        isa == "all" ? supported
        : supported.Contains(isa) ? [isa]
        : throw new CliException($"--isa: this machine does not have {isa}; it has {string.Join(", ", supported)}");
}
