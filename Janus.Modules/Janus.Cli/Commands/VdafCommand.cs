using System.CommandLine;

namespace Janus.Cli.Commands;

/// <summary><c>janus vdaf …</c>: what can be done with a VDAF alone.</summary>
internal static class VdafCommand
{
    public static Command Create() => new("vdaf", "Check the verifiable distributed aggregation functions");
}
