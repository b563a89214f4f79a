using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.Benchmarks.Queries;

/// <summary>The steps of a Leader's aggregation jobs.</summary>
internal static class LeaderJobCases
{
    private const string Location = "/helper/jobs/1";

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("LeaderAggregationJobStore.DueTasksAsync", RunsPer.Tick, context => context.Get<LeaderAggregationJobStore>().DueTasksAsync(context.Now, context.Token)),
        new("LeaderAggregationJobStore.AcquireAsync", RunsPer.Tick, async context =>
        {
            LeaderAggregationJobStore store = context.Get<LeaderAggregationJobStore>();
            foreach (Lease<LeaderAggregationJob> lease in await store.AcquireAsync(10, WorkloadContext.Minute, context.Now, context.Token))
            {
                await store.ReleaseAsync(lease, lease.Job.CreatedAt, context.Token);
            }
        }),
        new("LeaderAggregationJobStore.ReadReportsAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReadReportsAsync(lease.Job, context.Token))),
        new("LeaderAggregationJobStore.ReadVerificationAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            lease.Job.Step > 0 ? store.ReadVerificationAsync(lease.Job, context.Token) : Task.CompletedTask)),
        new("LeaderAggregationJobStore.ReleaseAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReleaseAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.ReleaseRefusedAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReleaseRefusedAsync(lease, false, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.DeferAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.DeferAsync(lease, Location, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.ContinueAsync", RunsPer.Tick, context => WithLeaseAsync(context, ContinueAsync)),
        new("LeaderAggregationJobStore.FinishAsync", RunsPer.Tick, context => WithLeaseAsync(context, FinishAsync)),
        new("LeaderAggregationJobStore.SettleAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.SettleAsync(lease, Location, context.Token))),
        new("LeaderAggregationJobStore.AbandonAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.AbandonAsync(lease, context.Now.AddMinutes(1), context.Now, context.Token))),
    ];

    private static Task WithLeaseAsync(WorkloadContext context, Func<LeaderAggregationJobStore, Lease<LeaderAggregationJob>, Task> step) =>
        WithLeaseAsync(context, (store, lease, _) => step(store, lease));

    // Jobs of both batch modes by turns: what they do is not the same. Afterwards the job is free again, if it is still there.
    private static async Task WithLeaseAsync(
        WorkloadContext context, Func<LeaderAggregationJobStore, Lease<LeaderAggregationJob>, WorkloadContext, Task> step)
    {
        await context.PrepareAsync(
            $"""
            UPDATE aggregation_jobs SET lease_expiry = $1 WHERE (task_key, aggregation_job_id) IN (
                SELECT task_key, aggregation_job_id FROM aggregation_jobs
                WHERE state = 1 AND request_hash IS NULL AND lease_expiry < $2 AND report_count > 3
                    AND batch_id IS {(context.Round % 2 == 0 ? "" : "NOT ")}NULL
                ORDER BY (step > 0) <> ($3 = 1), lease_expiry LIMIT 1)
            """,
            DateTimeOffset.UnixEpoch,
            context.Now,
            context.Round / 2 % 2);
        LeaderAggregationJobStore store = context.Get<LeaderAggregationJobStore>();
        foreach (Lease<LeaderAggregationJob> lease in await store.AcquireAsync(1, WorkloadContext.Minute, context.Now, context.Token))
        {
            await step(store, lease, context);
            await store.ReleaseAsync(lease, lease.Job.CreatedAt, context.Token);
        }
    }

    // A third of the reports is postponed, a third rejected, the others go on. These statements read all of a job, however
    // many of its reports they change, and jobs that other cases have made are larger than those of the filled database.
    private static async Task ContinueAsync(LeaderAggregationJobStore store, Lease<LeaderAggregationJob> lease, WorkloadContext context)
    {
        IReadOnlyList<UnaggregatedReport> reports = await store.ReadReportsAsync(lease.Job, context.Token);
        int third = Math.Max(1, reports.Count / 3);
        await store.ContinueAsync(
            lease,
            [.. reports.Skip(2 * third).Select(report => new ReportVerification(report.Id, report.Time, new byte[32], new byte[16]))],
            Postponed(reports.Take(third), context),
            Location,
            context.Token,
            [.. reports.Skip(third).Take(third).Select(_ => ReportError.VdafVerifyError)]);
    }

    private static async Task FinishAsync(LeaderAggregationJobStore store, Lease<LeaderAggregationJob> lease, WorkloadContext context)
    {
        IReadOnlyList<UnaggregatedReport> reports = await store.ReadReportsAsync(lease.Job, context.Token);
        int third = Math.Max(1, reports.Count / 3);
        BatchBucketShard[] shards = [.. reports.Skip(third).GroupBy(report => report.Time).Select(group => new BatchBucketShard
        {
            Bucket = lease.Job.BatchId?.ToArray() ?? BatchRange.BucketOf(group.Key),
            JobId = lease.Job.Id,
            AggregateShare = new byte[128],
            ReportCount = group.Count(),
            Checksum = new byte[32],
            MinTime = group.Key,
            MaxTime = group.Key,
        }).DistinctBy(shard => Convert.ToHexString(shard.Bucket))];
        await store.FinishAsync(lease, shards, Postponed(reports.Take(third), context), context.Now, context.Token);
    }

    private static PostponedReport[] Postponed(IEnumerable<UnaggregatedReport> reports, WorkloadContext context) =>
        [.. reports.Select(report => new PostponedReport(report.Id, context.Now.AddMinutes(1)))];
}
