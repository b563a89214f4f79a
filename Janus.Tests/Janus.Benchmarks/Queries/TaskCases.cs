using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>Tasks and the schema.</summary>
internal static class TaskCases
{
    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("DatastoreSchema.CheckAsync", RunsPer.Request, context => context.Get<DatastoreSchema>().CheckAsync(context.Token)),
        new("DatastoreSchema.MigrateAsync", RunsPer.Command, context => context.Get<DatastoreSchema>().MigrateAsync(context.Token)),
        new("TaskStore.FindAsync", RunsPer.Request, async context =>
            await context.Get<TaskStore>().FindAsync(context.Task(TaskKind.LeaderInterval).Stored.Id, context.Token)),
        new("TaskStore.FindAsync", RunsPer.Tick, async context =>
            await context.Get<TaskStore>().FindAsync(context.Task(TaskKind.LeaderInterval).Key, context.Token)),
        new("TaskStore.ListAsync", RunsPer.Command, async context => await context.Get<TaskStore>().ListAsync(context.Token)),
        new("TaskStore.ShortenReportExpiryAgeAsync", RunsPer.Command, async context =>
            await context.Get<TaskStore>().ShortenReportExpiryAgeAsync(context.Tasks[0].Stored.Id, 1_000_000UL - (ulong)context.Round, context.Token)),
        new("TaskStore.AddAsync", RunsPer.Command, async context =>
            await context.Get<TaskStore>().AddAsync(context.Tasks[0].Stored with { Key = 0, Id = TaskId.Random() }, context.Token)),
        new("DatabaseReadiness.CheckAsync", RunsPer.Request, context => context.Get<DatabaseReadiness>().CheckAsync(context.Token)),
    ];
}
