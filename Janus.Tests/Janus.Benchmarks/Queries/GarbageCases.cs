using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>Garbage collection: small bites of what is oldest.</summary>
internal static class GarbageCases
{
    private const int Rows = 5;
    private const int FarWeek = 1_000_000;

    // A third of the hours.
    private static readonly ulong Age = FilledTask.Hours * 2 / 3;

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        // Once for a round: all tasks are read by nature.
        new("GarbageCollectionStore.ListTasksAsync", RunsPer.Command, async context =>
            await context.Get<GarbageCollectionStore>().ListTasksAsync(context.Token)),

        // Once in some minutes, in bites: batches are looked at that may not go yet.
        new("GarbageCollectionStore.DeleteExpiredAsync", RunsPer.Command, DeleteExpiredAsync),
        new("GarbageCollectionStore.DeleteUnansweredSharesAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().DeleteUnansweredSharesAsync(DatabaseFill.Now.AddDays(-55), Rows, context.Token)),
        new("GarbageCollectionStore.DeleteReportIdsAsync", RunsPer.Command, async context => await context.Get<GarbageCollectionStore>().DeleteReportIdsAsync(
            context.Task(TaskKind.LeaderInterval, TaskKind.HelperInterval).Key, FilledTask.WeekOf(FilledTask.FirstHour), Rows, context.Token)),
        new("GarbageCollectionStore.OldestTimeAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().OldestTimeAsync(context.Task(TaskKind.LeaderInterval, TaskKind.HelperInterval).Key, context.Token)),
        new("GarbageCollectionStore.ListWeeksAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().ListWeeksAsync(context.Token)),
        new("GarbageCollectionStore.ListTasksOfWeekAsync", RunsPer.Tick, async context => await context.Get<GarbageCollectionStore>().ListTasksOfWeekAsync(
            FilledTask.WeekOf(FilledTask.FirstHour) + (context.Round % 4), context.Token)),
        new("GarbageCollectionStore.FindGoneAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().FindGoneAsync([context.Tasks[0].Key, -1], context.Token)),
        new("GarbageCollectionStore.EnsurePartitionsAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().EnsurePartitionsAsync([FarWeek + (context.Round % 2)], context.Token)),
        new("GarbageCollectionStore.TryDropWeekAsync", RunsPer.Tick, async context =>
        {
            await context.Get<GarbageCollectionStore>().TryDropWeekAsync(FarWeek, [], context.Token);
            await context.Get<GarbageCollectionStore>().TryDropWeekAsync(FilledTask.WeekOf(FilledTask.FirstHour), [-1], context.Token);
        }),
        new("GarbageCollectionStore.VacuumAsync", RunsPer.Command, context =>
            context.Get<GarbageCollectionStore>().VacuumAsync(GarbageKind.CollectedBatches, context.Token)),
        new("GarbageCollectionStore.EndTaskAsync", RunsPer.Tick, async context =>
            await context.Get<GarbageCollectionStore>().EndTaskAsync(context.Task(TaskKind.LeaderInterval).Key, context.Now, context.Token)),
        new("TaskStore.DeleteAsync", RunsPer.Command, async context => await context.Get<TaskStore>().DeleteAsync(TaskId.Random(), context.Now, context.Token)),
        new("GarbageCollectionStore.DeleteAllAsync", RunsPer.Tick, DeleteAllAsync),
        new("GarbageCollectionStore.RemoveTaskAsync", RunsPer.Tick, async context =>
        {
            await context.Get<GarbageCollectionStore>().RemoveTaskAsync(context.Task(TaskKind.LeaderInterval).Key, context.Token);

            // One that has nothing left.
            DapTask added = await context.Get<TaskStore>().AddAsync(context.Tasks[0].Stored with { Key = 0, Id = TaskId.Random() }, context.Token);
            await context.Get<TaskStore>().DeleteAsync(added.Id, context.Now, context.Token);
            await context.Get<GarbageCollectionStore>().RemoveTaskAsync(added.Key, context.Token);
        }),
    ];

    private static async Task DeleteExpiredAsync(WorkloadContext context)
    {
        FilledTask task = Large(context);
        foreach (GarbageKind kind in GarbageKinds.All.Where(kind => kind != GarbageKind.ReportIds))
        {
            await context.Get<GarbageCollectionStore>().DeleteExpiredAsync(Expiring(task), kind, DatabaseFill.Now, Rows, context.Token);
        }
    }

    // Of no task: other cases need the unfinished jobs of theirs.
    private static async Task DeleteAllAsync(WorkloadContext context)
    {
        foreach (GarbageKind kind in GarbageKinds.All.Where(kind => kind != GarbageKind.ReportIds))
        {
            await context.Get<GarbageCollectionStore>().DeleteAllAsync(-1, kind, Rows, context.Token);
        }
    }

    // The small ones would soon have nothing left for the other cases.
    private static FilledTask Large(WorkloadContext context) =>
        context.Tasks.First(task => task.Kind == (TaskKind)(context.Round % Enum.GetValues<TaskKind>().Length));

    private static ExpiringTask Expiring(FilledTask task) => new()
    {
        Key = task.Key,
        Id = task.Stored.Id,
        BatchMode = task.Stored.Configuration.BatchMode,
        TimePrecision = task.Stored.Configuration.TimePrecision,
        ReportExpiryAge = Age,
    };
}
