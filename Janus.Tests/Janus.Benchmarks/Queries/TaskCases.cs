using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>Tasks, HPKE keys and the schema.</summary>
internal static class TaskCases
{
    // Not one that the filled database has.
    private const byte NewConfigId = 99;

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("DatastoreSchema.CheckAsync", RunsPer.Request, context => context.Get<DatastoreSchema>().CheckAsync(context.Token)),
        new("DatastoreSchema.MigrateAsync", RunsPer.Command, context => context.Get<DatastoreSchema>().MigrateAsync(context.Token)),
        new("TaskStore.FindAsync", RunsPer.Request, async context =>
            await context.Get<TaskStore>().FindAsync(context.Task(TaskKind.LeaderInterval).Stored.Id, context.Token)),
        new("TaskStore.FindAsync", RunsPer.Tick, async context =>
            await context.Get<TaskStore>().FindAsync(context.Task(TaskKind.LeaderInterval).Key, context.Token)),
        new("TaskStore.ListAsync", RunsPer.Command, async context => await context.Get<TaskStore>().ListAsync(context.Token)),
        new("TaskStore.AddAsync", RunsPer.Command, async context =>
            await context.Get<TaskStore>().AddAsync(context.Tasks[0].Stored with { Key = 0, Id = TaskId.Random() }, context.Token)),
        new("HpkeKeyStore.ListAsync", RunsPer.Tick, async context => await context.Get<HpkeKeyStore>().ListAsync(context.Token)),
        new("HpkeKeyStore.AddAsync", RunsPer.Command, async context => await context.Get<HpkeKeyStore>().AddAsync(
            new StoredHpkeKey(new HpkeConfig(new HpkeConfigId(NewConfigId), 0x20, 1, 1, new byte[32]), new byte[32], context.Now),
            context.Token)),
        new("HpkeKeyStore.DeleteAsync", RunsPer.Command, async context =>
            await context.Get<HpkeKeyStore>().DeleteAsync(new HpkeConfigId(NewConfigId), context.Token)),
    ];
}
