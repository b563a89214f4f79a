using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>What an operator is told of a task.</summary>
internal static class StatusCases
{
    private const int Tasks = 20;
    private const int Rows = 10;

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("TaskStatusStore.RecordAsync", RunsPer.Tick, async context =>
        {
            FilledTask[] tasks = [.. context.Tasks.Take(Tasks)];
            await context.Get<TaskStatusStore>().RecordAsync(
                [.. tasks.Select(task => new ReportCount(task.Key, ReportStage.Refused, ReportError.ReportReplayed, 1))],
                tasks.ToDictionary(task => task.Key, _ => new PeerContact(context.Now, context.Now, "the Helper is away")),
                context.Token);
        }),
        new("TaskStatusStore.CountAsync", RunsPer.Command, async context =>
            await context.Get<TaskStatusStore>().CountAsync(context.Task(TaskKind.LeaderInterval).Key, context.Token)),
        new("TaskStatusStore.ReadAsync", RunsPer.Command, async context => await context.Get<TaskStatusStore>().ReadAsync(
            context.Task(TaskKind.LeaderInterval, TaskKind.LeaderSelected, TaskKind.HelperInterval).Stored, Rows, context.Token)),
        new("CollectionJobStore.ListAsync", RunsPer.Command, async context => await context.Get<CollectionJobStore>().ListAsync(
            context.Task(TaskKind.LeaderInterval, TaskKind.LeaderSelected).Key, Rows, context.Now, context.Token)),
    ];
}
