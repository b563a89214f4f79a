using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>The steps of a Leader's aggregation jobs.</summary>
internal static class LeaderJobCases
{
    private const string Location = "/helper/jobs/1";

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("LeaderAggregationJobStore.AcquireAsync", RunsPer.Tick, context => WithLeaseAsync(
            context, (_, _) => Task.CompletedTask, _ => false)),
        new("LeaderAggregationJobStore.ReadReportsAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReadReportsAsync(lease.Job, context.Token))),
        new("LeaderAggregationJobStore.ReadVerificationAsync", RunsPer.Tick, context => WithLeaseAsync(
            context, (store, lease) => store.ReadVerificationAsync(lease.Job, context.Token), lease => lease.Job.Step > 0)),
        new("LeaderAggregationJobStore.ReleaseAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReleaseAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.ReleaseRefusedAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.ReleaseRefusedAsync(lease, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.DeferAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.DeferAsync(lease, Location, context.Now.AddMinutes(1), context.Token))),
        new("LeaderAggregationJobStore.ContinueAsync", RunsPer.Tick, context => WithLeaseAsync(context, ContinueAsync)),
        new("LeaderAggregationJobStore.FinishAsync", RunsPer.Tick, context => WithLeaseAsync(context, FinishAsync)),
        new("LeaderAggregationJobStore.AbandonAsync", RunsPer.Tick, context => WithLeaseAsync(context, (store, lease) =>
            store.AbandonAsync(lease, context.Now.AddMinutes(1), context.Now, context.Token))),
    ];

    private static Task WithLeaseAsync(
        WorkloadContext context,
        Func<LeaderAggregationJobStore, Lease<LeaderAggregationJob>, Task> step,
        Func<Lease<LeaderAggregationJob>, bool>? suits = null) =>
        WithLeaseAsync(context, (store, lease, _) => step(store, lease), suits);

    private static async Task WithLeaseAsync(
        WorkloadContext context,
        Func<LeaderAggregationJobStore, Lease<LeaderAggregationJob>, WorkloadContext, Task> step,
        Func<Lease<LeaderAggregationJob>, bool>? suits = null)
    {
        LeaderAggregationJobStore store = context.Get<LeaderAggregationJobStore>();

        // Both batch modes by turns: what they do is not the same.
        bool isTimeInterval = context.Round % 2 == 0;
        suits ??= lease => lease.Job.ReportCount > 3 && (lease.Job.BatchId is null) == isTimeInterval;
        IReadOnlyList<Lease<LeaderAggregationJob>> leases = await store.AcquireAsync(20, WorkloadContext.Minute, context.Now, context.Token);
        if (leases.FirstOrDefault(suits) is { } lease)
        {
            await step(store, lease, context);
        }

        foreach (Lease<LeaderAggregationJob> other in leases.Where(other => !suits(other)))
        {
            await store.ReleaseAsync(other, other.Job.CreatedAt, context.Token);
        }
    }

    // One report is postponed, one rejected, the others go on.
    private static async Task ContinueAsync(LeaderAggregationJobStore store, Lease<LeaderAggregationJob> lease, WorkloadContext context)
    {
        IReadOnlyList<UnaggregatedReport> reports = await store.ReadReportsAsync(lease.Job, context.Token);
        await store.ContinueAsync(
            lease,
            [.. reports.Skip(2).Select(report => new ReportVerification(report.Id, report.Time, new byte[32], new byte[16]))],
            [new PostponedReport(reports[0].Id, context.Now.AddMinutes(1))],
            Location,
            context.Token);
    }

    private static async Task FinishAsync(LeaderAggregationJobStore store, Lease<LeaderAggregationJob> lease, WorkloadContext context)
    {
        IReadOnlyList<UnaggregatedReport> reports = await store.ReadReportsAsync(lease.Job, context.Token);
        BatchBucketShard[] shards = [.. reports.Skip(1).GroupBy(report => report.Time).Select(group => new BatchBucketShard
        {
            Bucket = lease.Job.BatchId?.ToArray() ?? BatchRange.BucketOf(group.Key),
            JobId = lease.Job.Id,
            AggregateShare = new byte[128],
            ReportCount = group.Count(),
            Checksum = new byte[32],
            MinTime = group.Key,
            MaxTime = group.Key,
        }).DistinctBy(shard => Convert.ToHexString(shard.Bucket))];
        PostponedReport[] postponed = [new(reports[0].Id, context.Now.AddMinutes(1))];
        await store.FinishAsync(lease, shards, postponed, context.Now, context.Token);
    }
}
