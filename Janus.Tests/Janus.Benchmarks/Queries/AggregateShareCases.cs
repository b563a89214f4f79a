using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.Benchmarks.Queries;

/// <summary>A Helper's aggregate shares: requests, and the work on deferred ones.</summary>
internal static class AggregateShareCases
{
    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("AggregateShareStore.FindAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregateShareId id, _) = await PickAsync(context);
            await context.Get<AggregateShareStore>().FindAsync(task.Key, id, context.Token);
        }),
        new("AggregateShareStore.RestoreAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, _, byte[] hash) = await PickAsync(context);
            await context.Get<AggregateShareStore>().RestoreAsync(task.Key, hash, context.Token);
        }),
        new("AggregateShareStore.FirstDueAsync", RunsPer.Request, async context => await context.Get<AggregateShareStore>().FirstDueAsync(context.Token)),
        new("AggregateShareStore.DeferAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, BatchRange range) = Batch(context);
            await context.Get<AggregateShareStore>().DeferAsync(NewShare(task, range), context.Now, context.Token);
        }),
        new("AggregateShareStore.CommitAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, BatchRange range) = Batch(context);
            await CommitAsync(context, NewShare(task, range), null);
        }),
        new("AggregateShareStore.DeleteAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregateShareId id, _) = await PickAsync(context);
            await context.Get<AggregateShareStore>().DeleteAsync(task.Key, id, context.Token);
        }),
        new("AggregateShareStore.DueTasksAsync", RunsPer.Tick, context => context.Get<AggregateShareStore>().DueTasksAsync(context.Now, context.Token)),
        new("AggregateShareStore.AcquireAsync", RunsPer.Tick, context => WithLeasesAsync(context, 10, (store, lease) =>
            store.ReleaseAsync(lease, lease.Job.CreatedAt, context.Token))),
        new("AggregateShareStore.CommitAsync", RunsPer.Tick, async context =>
        {
            (FilledTask task, BatchRange range) = Batch(context);
            await context.Get<AggregateShareStore>().DeferAsync(NewShare(task, range), DateTimeOffset.UnixEpoch, context.Token);
            await WithLeasesAsync(context, 1, (_, lease) => CommitAsync(context, lease.Job, lease));
        }),
        new("AggregateShareStore.ReleaseAsync", RunsPer.Tick, context => WithLeasesAsync(context, 1, (store, lease) =>
            store.ReleaseAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("AggregateShareStore.FailAsync", RunsPer.Tick, context => WithLeasesAsync(context, 1, (store, lease) =>
            store.FailAsync(lease, "batchMismatch", "no", context.Token))),
    ];

    private static async Task<(FilledTask Task, AggregateShareId Id, byte[] RequestHash)> PickAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        object[]? row = await context.PickAsync(
            "SELECT aggregate_share_id, request_hash FROM aggregate_shares WHERE task_key = $1 AND state IN (2, 4)", task.Key);
        return row is null ? (task, AggregateShareId.Random(), new byte[32]) : (task, Uuid.To<AggregateShareId>((Guid)row[0]), (byte[])row[1]);
    }

    /// <summary>A batch of a Helper's task that is not collected.</summary>
    public static (FilledTask Task, BatchRange Range) Batch(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        ulong first = (ulong)(FilledTask.FirstHour + (FilledTask.Hours / 2) + (context.Next() * 12 % (FilledTask.Hours / 2)));
        return (task, task.IsTimeInterval
            ? new BatchRange(BatchRange.BucketOf(first), BatchRange.BucketOf(first + 11))
            : task.Batch((task.BatchCount / 2) + (context.Next() % Math.Max(1, task.BatchCount / 3))));
    }

    private static StoredAggregateShare NewShare(FilledTask task, BatchRange range) => new()
    {
        TaskKey = task.Key,
        Id = AggregateShareId.Random(),
        RequestHash = RandomNumberGenerator.GetBytes(32),
        Request = new byte[120],
        Range = range,
    };

    private static async Task CommitAsync(WorkloadContext context, StoredAggregateShare share, Lease<StoredAggregateShare>? lease)
    {
        StoredBatch batch = await context.Get<BatchStore>().ReadAsync(share.TaskKey, share.Range, _ => { }, context.Token);
        StoredAggregateShare finished = share with
        {
            State = AggregateShareState.Finished,
            Request = null,
            ReportCount = batch.ReportCount,
            Checksum = batch.Checksum,
            Response = new byte[300],
        };
        await context.Get<AggregateShareStore>().CommitAsync(new AggregateShareCommit(finished, batch, []), lease, context.Now, context.Token);
    }

    private static async Task WithLeasesAsync(
        WorkloadContext context, int most, Func<AggregateShareStore, Lease<StoredAggregateShare>, Task> step)
    {
        AggregateShareStore store = context.Get<AggregateShareStore>();
        foreach (Lease<StoredAggregateShare> lease in await store.AcquireAsync(most, WorkloadContext.Minute, context.Now, context.Token))
        {
            await step(store, lease);
        }
    }
}
