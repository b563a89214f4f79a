using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.Benchmarks.Queries;

/// <summary>A Helper's aggregation jobs: requests, and the steps of deferred ones.</summary>
internal static class HelperJobCases
{
    private const int JobReports = 200;

    private const string JobOfTask = "SELECT aggregation_job_id FROM aggregation_jobs WHERE task_key = $1 AND state = $2";

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("HelperAggregationJobStore.FindAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregationJobId id) = await PickAsync(context, AggregationJobState.Finished);
            await context.Get<HelperAggregationJobStore>().FindAsync(task.Key, id, context.Token);
        }),
        new("HelperAggregationJobStore.ReadWorkAsync", RunsPer.Request, async context =>
        {
            HelperAggregationJob job = await FindAsync(context, AggregationJobState.AwaitingContinuation);
            await context.Get<HelperAggregationJobStore>().ReadWorkAsync(job, context.Token);
        }),
        new("HelperAggregationJobStore.FirstDueAsync", RunsPer.Request, async context =>
            await context.Get<HelperAggregationJobStore>().FirstDueAsync(context.Token)),
        new("HelperAggregationJobStore.DeferAsync", RunsPer.Request, async context => await context.Get<HelperAggregationJobStore>().DeferAsync(
            NewCommit(context, AggregationJobState.InProgress).Job, new byte[5_000], context.Now, context.Token)),
        new("HelperAggregationJobStore.DeferStepAsync", RunsPer.Request, async context =>
        {
            HelperAggregationJob job = await FindAsync(context, AggregationJobState.AwaitingContinuation);
            job = job with { Step = job.Step + 1, StepRequestHash = new byte[32] };
            await context.Get<HelperAggregationJobStore>().DeferStepAsync(job, new byte[1_000], context.Now, context.Token);
        }),
        new("HelperAggregationJobStore.CheckAsync", RunsPer.Request, async context =>
        {
            HelperCommit commit = NewCommit(context, AggregationJobState.Finished);
            ReportId[] ids = [.. commit.Accepted.Select(report => report.Id)];
            byte[][] buckets = [.. commit.Accepted.Select(report => commit.Shards[report.BucketIndex].Bucket)];
            await context.Get<HelperAggregationJobStore>().CheckAsync(
                commit.Job.TaskKey, ids, [.. commit.Accepted.Select(report => report.Week)], buckets, context.Token);
        }),
        new("HelperAggregationJobStore.CreateAsync", RunsPer.Request, async context =>
            await context.Get<HelperAggregationJobStore>().CreateAsync(NewCommit(context, AggregationJobState.Finished), context.Now, context.Token)),
        new("HelperAggregationJobStore.ContinueAsync", RunsPer.Request, async context =>
        {
            HelperAggregationJob job = await FindAsync(context, AggregationJobState.AwaitingContinuation);
            await context.Get<HelperAggregationJobStore>().ContinueAsync(CommitOf(Finished(job, job.Step + 1)), context.Now, context.Token);
        }),
        new("HelperAggregationJobStore.DeleteAsync", RunsPer.Request, async context =>
        {
            (FilledTask task, AggregationJobId id) = await PickAsync(context, AggregationJobState.Finished);
            await context.Get<HelperAggregationJobStore>().DeleteAsync(task.Key, id, context.Token);
        }),
        new("HelperAggregationJobStore.DueTasksAsync", RunsPer.Tick, context => context.Get<HelperAggregationJobStore>().DueTasksAsync(context.Now, context.Token)),
        new("HelperAggregationJobStore.AcquireAsync", RunsPer.Tick, async context =>
        {
            foreach (Lease<HelperAggregationJob> lease in await AcquireAsync(context, 10))
            {
                await context.Get<HelperAggregationJobStore>().ReleaseAsync(lease, lease.Job.CreatedAt, context.Token);
            }
        }),
        new("HelperAggregationJobStore.FinishStepAsync", RunsPer.Tick, async context =>
        {
            foreach (Lease<HelperAggregationJob> lease in await AcquireAsync(context, 1))
            {
                HelperCommit commit = CommitOf(Finished(lease.Job, lease.Job.Step));
                await context.Get<HelperAggregationJobStore>().FinishStepAsync(lease, commit, context.Now, context.Token);
            }
        }),
        new("HelperAggregationJobStore.ReleaseAsync", RunsPer.Tick, async context =>
        {
            foreach (Lease<HelperAggregationJob> lease in await AcquireAsync(context, 1))
            {
                await context.Get<HelperAggregationJobStore>().ReleaseAsync(lease, context.Now.AddMinutes(1), context.Token);
            }
        }),
    ];

    private static Task<IReadOnlyList<Lease<HelperAggregationJob>>> AcquireAsync(WorkloadContext context, int most) =>
        context.Get<HelperAggregationJobStore>().AcquireAsync(most, WorkloadContext.Minute, context.Now, context.Token);

    private static async Task<(FilledTask Task, AggregationJobId Id)> PickAsync(WorkloadContext context, AggregationJobState state)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        object[]? row = await context.PickAsync(JobOfTask, task.Key, (short)state);
        return (task, row is null ? AggregationJobId.Random() : Uuid.To<AggregationJobId>((Guid)row[0]));
    }

    // A small database may have none left that awaits a continuation.
    private static async Task<HelperAggregationJob> FindAsync(WorkloadContext context, AggregationJobState state)
    {
        HelperAggregationJobStore store = context.Get<HelperAggregationJobStore>();
        (FilledTask task, AggregationJobId id) = await PickAsync(context, state);
        if (await store.FindAsync(task.Key, id, context.Token) is { } job)
        {
            return job;
        }

        AggregationJobId made = AggregationJobId.Random();
        await context.PrepareAsync(
            """
            INSERT INTO aggregation_jobs (task_key, aggregation_job_id, state, agg_param, batch_id, step, report_count, min_time,
                max_time, created_at, request_hash, lease_expiry, lease_attempts)
            SELECT task_key, $2, $3, agg_param, batch_id, 0, report_count, min_time, max_time, created_at, request_hash, lease_expiry, 0
            FROM aggregation_jobs WHERE task_key = $1 LIMIT 1
            """,
            task.Key,
            Uuid.Of(made),
            (short)state);
        return (await store.FindAsync(task.Key, made, context.Token))!;
    }

    private static HelperCommit NewCommit(WorkloadContext context, AggregationJobState state)
    {
        FilledTask task = context.Task(TaskKind.HelperInterval, TaskKind.HelperSelected);
        HelperAggregationJob job = new()
        {
            TaskKey = task.Key,
            Id = AggregationJobId.Random(),
            State = state,
            RequestHash = RandomNumberGenerator.GetBytes(32),
            AggParam = [],
            BatchId = task.IsTimeInterval ? null : BatchId.Random(),
            ReportCount = JobReports,
            MinTime = (ulong)FilledTask.NowHour,
            MaxTime = (ulong)FilledTask.NowHour,
            Response = state == AggregationJobState.Finished ? new byte[1_000] : null,
        };
        return CommitOf(job);
    }

    private static HelperAggregationJob Finished(HelperAggregationJob job, int step) =>
        job with { State = AggregationJobState.Finished, Step = step, Response = new byte[1_000] };

    // The job's reports are fresh.
    private static HelperCommit CommitOf(HelperAggregationJob job)
    {
        ulong now = (ulong)FilledTask.NowHour;
        byte[][] buckets = job.BatchId is { } batch ? [batch.ToArray()] : [BatchRange.BucketOf(now), BatchRange.BucketOf(now - 1)];
        return new HelperCommit
        {
            Job = job,
            Accepted = [.. Enumerable.Range(0, JobReports).Select(i => new AcceptedReport(ReportId.Random(), now, FilledTask.WeekOf((long)now), i % buckets.Length))],
            Shards = [.. buckets.Select(bucket => new BatchBucketShard
            {
                Bucket = bucket,
                JobId = job.Id,
                AggregateShare = new byte[128],
                ReportCount = JobReports / buckets.Length,
                Checksum = new byte[32],
                MinTime = now,
                MaxTime = now,
            })],
        };
    }
}
