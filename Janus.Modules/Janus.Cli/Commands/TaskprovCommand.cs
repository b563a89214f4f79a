using System.CommandLine;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Commands;

/// <summary><c>janus taskprov …</c>: tasks that are advertised instead of being added.</summary>
internal static class TaskprovCommand
{
    public static Command Create(IProcessHost host) => new("taskprov", "Tasks that are advertised by Clients instead of being added: peers, and what an Author does")
    {
        TaskprovPeerCommand.Create(host),
        TaskprovAdvertiseCommand.Create(),
        CreateTaskId(),
    };

    private static Command CreateTaskId()
    {
        Argument<string> source = new("FILE|HEADER") { Description = "A client.json or collector.json, or the value of a DAP-Taskprov header." };
        Command command = new("task-id", "Print the task ID that follows from a task configuration") { source };
        command.SetAction(async (result, cancellationToken) =>
        {
            TaskId id = TaskprovDerivation.TaskIdOf(await ReadAsync(result.GetValue(source)!, cancellationToken));
            await result.InvocationConfiguration.Output.WriteLineAsync(id.ToString());
            return 0;
        });
        return command.WithExamples("janus taskprov task-id ages/client.json", "janus taskprov task-id ':BHRlc3QAG2h0dHBz…:'");
    }

    private static async Task<TaskConfiguration> ReadAsync(string source, CancellationToken cancellationToken) =>
        TaskprovHeader.TryParse(source, out TaskConfiguration? configuration)
            ? configuration
            : (await TaskFile.ReadAsync(source, [Role.Client, Role.Collector], cancellationToken)).Configuration;
}
