using System.Buffers.Binary;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>Uploads, and putting reports into aggregation jobs.</summary>
internal static class UploadCases
{
    private const int Uploads = 300;
    private const int FewReports = 5;
    private static readonly AggregationJobLimits Limits = new(500, 1_000, TimeSpan.FromMilliseconds(300));

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("ReportStore.PutAsync", RunsPer.Request, PutAsync),
        new("LeaderAggregationJobStore.TasksWithUnassignedReportsAsync", RunsPer.Tick, async context =>
            await context.Get<LeaderAggregationJobStore>().TasksWithUnassignedReportsAsync(context.Now, context.Token)),
        new("LeaderAggregationJobStore.CreateAsync", RunsPer.Tick, CreateAsync),
        new("LeaderAggregationJobStore.CreateForCollectionAsync", RunsPer.Tick, CreateForCollectionAsync),
    ];

    // New reports of many tasks, some sent twice, some too late.
    private static async Task PutAsync(WorkloadContext context)
    {
        FilledTask[] tasks = [.. Enumerable.Range(0, 20).Select(_ => context.Tasks[context.Next() % context.Tasks.Count]).Where(task => task.IsLeader)];
        UploadedReport[] reports = [.. Enumerable.Range(0, Uploads).Select(i =>
        {
            FilledTask task = tasks[i % tasks.Length];
            return NewReport(
                task,
                i % 30 == 0 ? Uuid.To<ReportId>(task.ReportId(i % task.Reports)) : ReportId.Random(),
                (ulong)(i % 20 == 0 ? FilledTask.FirstHour + i : FilledTask.NowHour));
        })];
        await context.Get<ReportStore>().PutAsync(reports, context.Now, context.Token);

        // One ID under two times, far apart.
        await context.Get<ReportStore>().PutAsync([.. reports.Take(2), reports[1] with { Week = 0 }], context.Now, context.Token);
        await context.Get<ReportStore>().PutAsync([reports[1] with { Week = 1 }, reports[2]], context.Now, context.Token);
    }

    private static async Task CreateAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.LeaderInterval, TaskKind.LeaderSelected, TaskKind.LeaderWindowed);
        int jobs = await context.Get<LeaderAggregationJobStore>().CreateAsync(task.Stored, Limits, context.Now, context.Token);
        if (jobs > 1)
        {
            // As autovacuum would: otherwise the next look at an emptied queue counts its dead entries, once.
            await context.PrepareAsync("VACUUM unaggregated_reports");
        }
    }

    // In the leader-selected mode with a parameter that no batch has yet, so that one is filled.
    private static async Task CreateForCollectionAsync(WorkloadContext context)
    {
        FilledTask task = context.Task(TaskKind.LeaderParameter, TaskKind.LeaderWindowed, TaskKind.LeaderSelected);
        if (!task.IsTimeInterval)
        {
            await context.PrepareAsync(
                """
                UPDATE collection_jobs SET agg_param = $2 WHERE task_key = $1 AND collection_job_id IN (
                    SELECT collection_job_id FROM collection_jobs WHERE task_key = $1 AND state = 1 AND first_bucket IS NULL LIMIT 1)
                """,
                task.Key,
                new byte[] { 4 });
        }
        else
        {
            await WaitForCollectionAsync(context, task);
        }

        await context.Get<LeaderAggregationJobStore>().CreateForCollectionAsync(task.Stored, _ => Limits, context.Now, context.Token);
    }

    // A collection job that can be collected, and new reports for it.
    private static async Task WaitForCollectionAsync(WorkloadContext context, FilledTask task)
    {
        await context.PrepareAsync("UPDATE collection_jobs SET claimed_at = NULL WHERE task_key = $1 AND state = 1", task.Key);
        object[]? job = await context.PickAsync(
            """
            SELECT c.first_bucket FROM collection_jobs AS c
            WHERE c.task_key = $1 AND c.state = 1 AND c.first_bucket IS NOT NULL AND NOT EXISTS (
                SELECT FROM collected_batches AS b
                WHERE b.task_key = $1 AND b.first_bucket <= c.last_bucket AND b.last_bucket >= c.first_bucket)
            """,
            task.Key);
        if (job is [byte[] bucket])
        {
            ulong time = BinaryPrimitives.ReadUInt64BigEndian(bucket);
            await context.Get<ReportStore>().PutAsync(
                [.. Enumerable.Range(0, FewReports).Select(_ => NewReport(task, ReportId.Random(), time))], context.Now, context.Token);
        }
    }

    private static UploadedReport NewReport(FilledTask task, ReportId id, ulong time) => new()
    {
        TaskKey = task.Key,
        Id = id,
        Time = time,
        Week = FilledTask.WeekOf((long)time),
        PublicShare = new byte[32],
        LeaderInputShare = new byte[64],
        HelperEncryptedInputShare = new byte[64],
        IsTimeInterval = task.IsTimeInterval,
    };
}
