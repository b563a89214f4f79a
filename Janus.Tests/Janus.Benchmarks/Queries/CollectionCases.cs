using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.Benchmarks.Queries;

/// <summary>Batches and the Leader's collection jobs.</summary>
internal static class CollectionCases
{
    private const int MostSteps = 20;
    private const string Waiting = "state = 1";
    private const string Fenced = "state = 2";
    private static readonly TaskKind[] Leaders = [TaskKind.LeaderInterval, TaskKind.LeaderSelected, TaskKind.LeaderWindowed];

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("BatchStore.ReadAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, BatchRange range) = AnyBatch(context);
            await context.Get<BatchStore>().ReadAsync(task.Key, range, _ => { }, context.Token);
        }),
        new("BatchStore.SummarizeAsync", RunsPer.Tick, async context =>
        {
            (FilledTask task, BatchRange range) = AnyBatch(context);
            await context.Get<BatchStore>().SummarizeAsync(task.Key, range, context.FirstLiveHour, context.Token);
        }),
        new("BatchStore.HasOtherAggParamAsync", RunsPer.Tick, async context =>
        {
            (FilledTask task, BatchRange range) = AnyBatch(context);
            await context.Get<BatchStore>().HasOtherAggParamAsync(task.Key, range, task.AggParam, context.Token);
        }),
        new("BatchStore.TryWithdrawDeletedAsync", RunsPer.Request, WithdrawAsync),
        new("BatchNoiseStore.FindAsync", RunsPer.Tick, async context =>
        {
            (FilledTask task, BatchRange range) = AnyBatch(context);
            await context.Get<BatchNoiseStore>().FindAsync(task.Key, range, task.AggParam, context.Token);
        }),
        new("CollectionJobStore.CreateAsync", RunsPer.Request, CreateAsync),
        new("CollectionJobStore.FindAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, CollectionJobId id) = await PickAsync(context, CollectionJobState.Finished);
            await context.Get<CollectionJobStore>().FindAsync(task.Key, id, context.Token);
        }),
        new("CollectionJobStore.DeleteAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, CollectionJobId id) = await PickAsync(context, context.Round % 2 == 0 ? CollectionJobState.Waiting : CollectionJobState.Finished);
            await context.Get<CollectionJobStore>().DeleteAsync(task.Key, id, context.Token);
        }),
        new("CollectionJobStore.DeleteUncollectedAsync", RunsPer.Command, async context =>
        {
            (FilledTask task, CollectionJobId id) = await PickAsync(context, context.Round % 2 == 0 ? CollectionJobState.Waiting : CollectionJobState.Finished);
            await context.Get<CollectionJobStore>().DeleteUncollectedAsync(task.Key, id, context.Token);
        }),
        new("CollectionJobStore.DueTasksAsync", RunsPer.Tick, context => context.Get<CollectionJobStore>().DueTasksAsync(context.Now, context.Token)),
        new("CollectionJobStore.AcquireAsync", RunsPer.Tick, async context =>
        {
            CollectionJobStore store = context.Get<CollectionJobStore>();
            foreach (Lease<CollectionJob> lease in await store.AcquireAsync(10, WorkloadContext.Minute, context.Now, context.Token))
            {
                await store.DeferAsync(lease, lease.Job.CreatedAt, context.Token);
            }
        }),
        new("CollectionJobStore.ReleaseAsync", RunsPer.Tick, context => WithLeaseAsync(context, Waiting, (store, lease) =>
            store.ReleaseAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("CollectionJobStore.DeferAsync", RunsPer.Tick, context => WithLeaseAsync(context, Waiting, (store, lease) =>
            store.DeferAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("CollectionJobStore.SelectBatchAsync", RunsPer.Tick, context => WithLeaseAsync(
            context,
            $"{Waiting} AND first_bucket IS NULL",
            async (store, lease) =>
            {
                if (await store.SelectBatchAsync(lease, MinBatchSize(context), context.FirstLiveHour, context.Token) is null)
                {
                    return context.Round == 0;
                }

                // Free again: a small database has few that are complete.
                await context.PrepareAsync("UPDATE leader_selected_batches SET collection_job_id = NULL WHERE collection_job_id = $1", Uuid.Of(lease.Job.Id));
                await context.PrepareAsync("UPDATE collection_jobs SET first_bucket = NULL, last_bucket = NULL WHERE collection_job_id = $1", Uuid.Of(lease.Job.Id));
                return true;
            })),
        new("CollectionJobStore.CloseAsync", RunsPer.Tick, context => WithLeaseAsync(
            context,
            $"{Waiting} AND length(first_bucket) = 8 AND closed_at IS NULL",
            async (store, lease) => lease.Job.Range is { } range
                && await store.CloseAsync(lease, range, context.Now, context.Token) == FenceOutcome.Fenced)),
        new("CollectionJobStore.FenceAsync", RunsPer.Tick, context => WithLeaseAsync(
            context,
            $"{Waiting} AND length(first_bucket) = 8",
            async (store, lease) =>
            {
                StoredBatch batch = await context.Get<BatchStore>().ReadAsync(lease.Job.TaskKey, lease.Job.Range!, _ => { }, context.Token);
                BatchNoise noise = new(lease.Job.TaskKey, batch.Range, lease.Job.AggParam, new byte[128]);
                return await store.FenceAsync(lease, batch, new byte[128], batch.ReportInterval, context.Now, context.Token, noise) == FenceOutcome.Fenced;
            })),
        new("CollectionJobStore.ReadLeaderAggregateShareAsync", RunsPer.Tick, context => WithLeaseAsync(context, Fenced, async (store, lease) =>
            (await store.ReadLeaderAggregateShareAsync(lease.Job, context.Token)).Length > 0)),
        new("CollectionJobStore.RecordHelperLocationAsync", RunsPer.Tick, context => WithLeaseAsync(context, Fenced, (store, lease) =>
            store.RecordHelperLocationAsync(lease, "/helper/shares/1", context.Token))),
        new("CollectionJobStore.FinishAsync", RunsPer.Tick, context => WithLeaseAsync(context, Fenced, (store, lease) =>
            store.FinishAsync(lease, new byte[600], null, context.Now, context.Token))),
        new("CollectionJobStore.FailAsync", RunsPer.Tick, context => WithLeaseAsync(
            context,
            context.Round % 2 == 0 ? Fenced : $"{Waiting} AND first_bucket IS NOT NULL",
            (store, lease) => store.FailAsync(lease, "batchMismatch", "no", context.Now, context.Token))),
    ];

    // At first, more than any batch has.
    private static ulong MinBatchSize(WorkloadContext context) => (ulong)(context.Round == 0 ? FilledTask.BatchSize * 2 : FilledTask.BatchSize / 2);

    /// <summary>An interval of a day, or a batch of the Leader's choice.</summary>
    private static (FilledTask Task, BatchRange Range) AnyBatch(WorkloadContext context)
    {
        FilledTask task = context.Task(Leaders);
        ulong first = (ulong)(FilledTask.FirstHour + (FilledTask.Hours * 2 / 5) + (context.Round * 24));
        return (task, task.IsTimeInterval
            ? new BatchRange(BatchRange.BucketOf(first), BatchRange.BucketOf(first + 23))
            : task.Batch(task.BatchCount * 2 / 3));
    }

    // The Leader has deleted the jobs of a bucket that is not collected, and counts none of their reports.
    private static async Task WithdrawAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        object[]? bucket = await context.PickAsync(
            """
            SELECT s.bucket FROM batch_bucket_shards AS s WHERE s.task_key = $1 AND NOT EXISTS (
                SELECT FROM collected_batches AS c
                WHERE c.task_key = $1 AND s.bucket BETWEEN c.first_bucket AND c.last_bucket)
            """,
            task.Key);
        if (bucket is not [byte[] withdrawn])
        {
            return;
        }

        await context.PrepareAsync(
            """
            UPDATE aggregation_jobs SET state = $3 WHERE task_key = $1 AND aggregation_job_id IN (
                SELECT aggregation_job_id FROM batch_bucket_shards WHERE task_key = $1 AND bucket = $2)
            """,
            task.Key,
            withdrawn,
            (short)AggregationJobState.Deleted);
        BatchStore store = context.Get<BatchStore>();
        StoredBatch read = await store.ReadAsync(task.Key, new BatchRange(withdrawn, withdrawn), _ => { }, context.Token);
        await store.TryWithdrawDeletedAsync(task.Key, read, 0, BatchChecksum.Empty, context.Token);
    }

    // An interval that is free, one that is collected, a batch of the Leader's choice, and an identical request.
    private static async Task CreateAsync(WorkloadContext context)
    {
        CollectionJobStore store = context.Get<CollectionJobStore>();
        FilledTask task = context.Task(TaskKind.LeaderInterval, TaskKind.LeaderSelected);
        ulong first = (ulong)(FilledTask.NowHour - 10 + (context.Round % 5));
        BatchRange? range = task.IsTimeInterval
            ? context.Round % 2 == 0 ? new BatchRange(BatchRange.BucketOf(first), BatchRange.BucketOf(first)) : FilledTask.Interval(1)
            : null;
        byte[] request = RandomNumberGenerator.GetBytes(64);
        for (int i = 0; i < 2; i++)
        {
            await store.CreateAsync(
                task.Stored, CollectionJobId.Random(), request, SHA256.HashData(request), [], range, context.Now, context.Token);
        }
    }

    private static async Task<(FilledTask Task, CollectionJobId Id)> PickAsync(WorkloadContext context, CollectionJobState state)
    {
        FilledTask task = context.Task(Leaders);
        object[]? row = await context.PickAsync(
            "SELECT collection_job_id FROM collection_jobs WHERE task_key = $1 AND state = $2", task.Key, (short)state);
        return (task, row is null ? CollectionJobId.Random() : Uuid.To<CollectionJobId>((Guid)row[0]));
    }

    // Tries some of the jobs that suit until a step says that it went through; the others are free again.
    private static async Task WithLeaseAsync(
        WorkloadContext context, string suits, Func<CollectionJobStore, Lease<CollectionJob>, Task<bool>> step)
    {
        CollectionJobStore store = context.Get<CollectionJobStore>();
        for (int i = 0; i < MostSteps; i++)
        {
            await context.PrepareAsync(
                $"""
                UPDATE collection_jobs SET next_attempt_at = $1, lease_expiry = $1 WHERE (task_key, collection_job_id) IN (
                    SELECT task_key, collection_job_id FROM collection_jobs WHERE {suits} AND lease_expiry < $2
                    ORDER BY task_key % 7 <> $3, collection_job_id OFFSET $4 LIMIT 1)
                """,
                DateTimeOffset.UnixEpoch,
                context.Now,
                context.Round % 7,
                i);
            foreach (Lease<CollectionJob> lease in await store.AcquireAsync(1, WorkloadContext.Minute, context.Now, context.Token))
            {
                bool isDone = await step(store, lease);
                await store.DeferAsync(lease, lease.Job.CreatedAt, context.Token);
                if (isDone)
                {
                    return;
                }
            }
        }
    }
}
