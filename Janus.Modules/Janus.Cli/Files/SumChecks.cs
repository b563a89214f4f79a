using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>Whether the sums of a new task fit into its VDAF's field.</summary>
internal static class SumChecks
{
    /// <summary>Refuses a task whose smallest batch could already wrap around, and warns of one whose larger batches could.</summary>
    /// <param name="configuration">The task's configuration, whose VDAF is supported.</param>
    /// <param name="noise">The noise that the Aggregators are to add.</param>
    /// <param name="error">Where the warning is written.</param>
    /// <exception cref="CliException">The smallest batch could wrap around.</exception>
    public static void RequireRoom(TaskConfiguration configuration, DifferentialPrivacyStrategy? noise, TextWriter error)
    {
        WrapAround wrapAround = new(VdafDescription.Of(configuration), noise);
        if (wrapAround.FindMistake(configuration.MinBatchSize) is { } mistake)
        {
            throw new CliException(mistake);
        }

        if (wrapAround.FindRisk(configuration.MinBatchSize) is { } risk)
        {
            error.WriteLine($"janus: warning: {risk}");
        }
    }
}
