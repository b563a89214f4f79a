using Janus.Datastore;

namespace Janus.Cli.Commands;

/// <summary>Tells what has become of HPKE keys.</summary>
internal static class HpkeKeyTexts
{
    /// <summary>Writes a line for each transition.</summary>
    /// <exception cref="CliException">A key could not be made.</exception>
    public static async Task WriteAsync(TextWriter output, HpkeKeyChanges changes)
    {
        foreach (HpkeKeyTransition transition in changes.Transitions)
        {
            await output.WriteLineAsync(transition.ToString());
        }

        if (changes.LacksIds)
        {
            throw new CliException("a new HPKE key cannot be made: all 256 configuration IDs are taken; delete expired keys with 'janus hpke-key set-state ID deleted'");
        }
    }
}
