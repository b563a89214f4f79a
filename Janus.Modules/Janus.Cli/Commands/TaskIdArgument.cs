using System.CommandLine;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary>The argument that names a task.</summary>
internal static class TaskIdArgument
{
    /// <summary>Makes the argument.</summary>
    public static Argument<TaskId> Create() => new("TASK-ID")
    {
        Description = "The task ID, base64url.",
        CustomParser = result =>
        {
            if (!TaskId.TryParse(result.Tokens.Single().Value, out TaskId id))
            {
                result.AddError($"TASK-ID: {TaskId.Length} bytes in base64url without padding expected");
            }

            return id;
        },
    };
}
