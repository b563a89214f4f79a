using System.CommandLine;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary>Whose credentials a command is about: a task's, or those of a peer for all tasks that are advertised.</summary>
/// <param name="TaskId">The task, if there is no peer.</param>
/// <param name="Peer">The peer, as its operator names it.</param>
internal sealed record CredentialOwner(TaskId TaskId, string? Peer)
{
    private const string TaskName = "TASK-ID";

    /// <summary>An example of a command line, of those of a task or of a peer, in which OWNER stands for the argument.</summary>
    public static string Example(Argument<CredentialOwner> argument, string line) => argument.Name == TaskName
        ? $"janus task {line.Replace("OWNER", TaskName, StringComparison.Ordinal)}"
        : $"janus taskprov peer {line.Replace("OWNER", "1", StringComparison.Ordinal)}";

    /// <summary>The argument that names a task.</summary>
    public static Argument<CredentialOwner> TaskArgument() => new(TaskName)
    {
        Description = "The task ID, base64url.",
        CustomParser = result =>
        {
            if (!TaskId.TryParse(result.Tokens.Single().Value, out TaskId id))
            {
                result.AddError($"TASK-ID: {TaskId.Length} bytes in base64url without padding expected");
            }

            return new CredentialOwner(id, null);
        },
    };

    /// <summary>The argument that names a peer.</summary>
    public static Argument<CredentialOwner> PeerArgument() => new(TaskprovPeerCommand.PeerArgument().Name)
    {
        Description = TaskprovPeerCommand.PeerArgument().Description,
        CustomParser = result => new CredentialOwner(default, result.Tokens.Single().Value),
    };
}
