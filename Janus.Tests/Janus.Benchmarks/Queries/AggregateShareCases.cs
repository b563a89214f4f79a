using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>A Helper's aggregate shares.</summary>
internal static class AggregateShareCases
{
    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("AggregateShareStore.FindAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregateShareId id, _) = await PickAsync(context);
            await context.Get<AggregateShareStore>().FindAsync(task.Key, id, context.Token);
        }),
        new("AggregateShareStore.FindByRequestAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, _, byte[] hash) = await PickAsync(context);
            await context.Get<AggregateShareStore>().FindByRequestAsync(task.Key, hash, context.Token);
        }),
        new("AggregateShareStore.RestoreAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, _, byte[] hash) = await PickAsync(context);
            await context.Get<AggregateShareStore>().RestoreAsync(task.Key, hash, context.Token);
        }),
        new("AggregateShareStore.CommitAsync", RunsPer.Request, CommitAsync),
        new("AggregateShareStore.DeleteAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregateShareId id, _) = await PickAsync(context);
            await context.Get<AggregateShareStore>().DeleteAsync(task.Key, id, context.Token);
        }),
    ];

    private static async Task<(FilledTask Task, AggregateShareId Id, byte[] RequestHash)> PickAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        object[]? row = await context.PickAsync(
            "SELECT aggregate_share_id, request_hash FROM aggregate_shares WHERE task_key = $1 AND state IN (2, 4)", task.Key);
        return row is null ? (task, AggregateShareId.Random(), new byte[32]) : (task, Uuid.To<AggregateShareId>((Guid)row[0]), (byte[])row[1]);
    }

    private static async Task CommitAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        ulong first = (ulong)(FilledTask.FirstHour + (FilledTask.Hours / 2) + (context.Next() * 12 % (FilledTask.Hours / 2)));
        BatchRange range = task.IsTimeInterval
            ? new BatchRange(BatchRange.BucketOf(first), BatchRange.BucketOf(first + 11))
            : task.Batch(task.BatchCount / 2 + (context.Next() % Math.Max(1, task.BatchCount / 3)));
        StoredBatch batch = await context.Get<BatchStore>().ReadAsync(task.Key, range, _ => { }, context.Token);
        await context.Get<AggregateShareStore>().CommitAsync(
            task.Key, AggregateShareId.Random(), RandomNumberGenerator.GetBytes(32), range, batch, new byte[300], context.Now, context.Token);
    }
}
