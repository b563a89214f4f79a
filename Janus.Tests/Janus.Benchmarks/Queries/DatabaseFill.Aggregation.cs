using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;
using NpgsqlTypes;

namespace Janus.Benchmarks.Queries;

/// <content>Reports, aggregation jobs and their shards.</content>
internal sealed partial class DatabaseFill
{
    private const int PublicShareLength = 32;
    private const int InputShareLength = 64;
    private const int AggregateShareLength = 128;

    private Task<ulong> CopyReportIdsAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "report_ids",
            [("task_key", NpgsqlDbType.Integer), ("report_id", NpgsqlDbType.Uuid), ("report_time", NpgsqlDbType.Bigint), ("report_week", NpgsqlDbType.Integer)],
            InOrder(tasks, task => task.Reports)
                .Where(item => item.Task.IsLeader || item.Task.IsFinished(FilledTask.JobOf(item.Index)))
                .Select(item => new object?[] { item.Task.Key, item.Task.ReportId(item.Index), item.Task.HourOf(item.Index), FilledTask.WeekOf(item.Task.HourOf(item.Index)) }),
            cancellationToken);

    private Task<ulong> CopyUnaggregatedAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "unaggregated_reports",
            [
                ("task_key", NpgsqlDbType.Integer), ("report_id", NpgsqlDbType.Uuid), ("report_time", NpgsqlDbType.Bigint),
                ("received_at", NpgsqlDbType.TimestampTz), ("public_share", NpgsqlDbType.Bytea), ("leader_input_share", NpgsqlDbType.Bytea),
                ("helper_encrypted_input_share", NpgsqlDbType.Bytea), ("aggregation_job_id", NpgsqlDbType.Uuid), ("ord", NpgsqlDbType.Integer),
            ],
            InOrder([.. tasks.Where(task => task.IsLeader)], task => task.Reports)
                .Where(item => item.Index >= item.Task.AssignedReports || !item.Task.IsFinished(FilledTask.JobOf(item.Index)))
                .Select(item => UnaggregatedReport(item.Task, item.Index)),
            cancellationToken);

    private object?[] UnaggregatedReport(FilledTask task, int index)
    {
        Guid id = task.ReportId(index);
        bool isAssigned = index < task.AssignedReports;

        // Some were postponed; of one task all, as after a refusal.
        bool isPostponed = !isAssigned && (index % 40 == 0 || IsRefused(task));
        byte[] share = _encryption.Seal(EncryptedColumn.LeaderInputShare, RowKey.Of(task.Key, id), task.Bytes(6, index, InputShareLength));
        return
        [
            task.Key, id, task.HourOf(index), isPostponed ? Now.AddMinutes(1) : task.InstantOf(index), task.Bytes(7, index, PublicShareLength),
            share, task.Bytes(8, index, InputShareLength), isAssigned ? task.JobId(FilledTask.JobOf(index)) : null,
            isAssigned ? index % FilledTask.JobSize : null,
        ];
    }

    private static bool IsRefused(FilledTask task) => task.Kind == TaskKind.LeaderSelected && task.Key % 5 == 3;

    private Task<ulong> CopyJobsAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "aggregation_jobs",
            [
                ("task_key", NpgsqlDbType.Integer), ("aggregation_job_id", NpgsqlDbType.Uuid), ("state", NpgsqlDbType.Smallint),
                ("agg_param", NpgsqlDbType.Bytea), ("batch_id", NpgsqlDbType.Bytea), ("step", NpgsqlDbType.Integer),
                ("report_count", NpgsqlDbType.Integer), ("min_time", NpgsqlDbType.Bigint), ("max_time", NpgsqlDbType.Bigint),
                ("created_at", NpgsqlDbType.TimestampTz), ("finished_at", NpgsqlDbType.TimestampTz), ("request_hash", NpgsqlDbType.Bytea),
                ("request", NpgsqlDbType.Bytea), ("verification", NpgsqlDbType.Bytea), ("response", NpgsqlDbType.Bytea),
                ("lease_expiry", NpgsqlDbType.TimestampTz), ("lease_token", NpgsqlDbType.Uuid), ("lease_attempts", NpgsqlDbType.Integer),
            ],
            InOrder(tasks, task => task.JobCount).Select(item => Job(item.Task, item.Index)),
            cancellationToken);

    private object?[] Job(FilledTask task, int job)
    {
        AggregationJobState state = StateOf(task, job);
        int first = FilledTask.FirstReport(job);
        int last = task.EndReport(job) - 1;
        bool isDone = state is not (AggregationJobState.InProgress or AggregationJobState.AwaitingContinuation);
        bool hasStates = state == AggregationJobState.AwaitingContinuation || (state == AggregationJobState.InProgress && job % 2 == 0);
        bool isLeased = state == AggregationJobState.InProgress && job % 20 == 0;
        DateTimeOffset created = task.InstantOf(last);
        bool isHelper = !task.IsLeader;
        return
        [
            task.Key, task.JobId(job), (short)state, task.AggParam, task.IsTimeInterval ? null : task.BatchId(FilledTask.BatchOf(job)),
            hasStates && task.IsLeader ? 1 : 0, last - first + 1, task.HourOf(first), task.HourOf(last), created,
            state == AggregationJobState.Finished ? created.AddMinutes(5) : null, isHelper ? task.Bytes(9, job, 32) : null,
            isHelper && state == AggregationJobState.InProgress ? task.Bytes(10, job, InputShareLength * FilledTask.JobSize) : null,
            hasStates ? States(task, job) : null, isHelper && isDone ? task.Bytes(11, job, 1000) : null,
            isLeased ? Now.AddMinutes(2) : created, isLeased ? Guid.NewGuid() : null, isLeased ? 1 : 0,
        ];
    }

    private static AggregationJobState StateOf(FilledTask task, int job) =>
        !task.IsFinished(job)
            ? !task.IsLeader && job % 3 == 0 ? AggregationJobState.AwaitingContinuation : AggregationJobState.InProgress
            : job % 25 != 7 ? AggregationJobState.Finished
            : task.IsLeader ? AggregationJobState.Abandoned
            : AggregationJobState.Deleted;

    private byte[]? States(FilledTask task, int job)
    {
        ReportVerification[] reports = [.. Enumerable.Range(FilledTask.FirstReport(job), task.EndReport(job) - FilledTask.FirstReport(job))
            .Select(i => new ReportVerification(Uuid.To<ReportId>(task.ReportId(i)), (ulong)task.HourOf(i), new byte[32], new byte[16]))];
        return _encryption.SealVerification(task.Key, Uuid.To<AggregationJobId>(task.JobId(job)), reports);
    }

    private Task<ulong> CopyShardsAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "batch_bucket_shards",
            [
                ("task_key", NpgsqlDbType.Integer), ("bucket", NpgsqlDbType.Bytea), ("aggregation_job_id", NpgsqlDbType.Uuid),
                ("aggregate_share", NpgsqlDbType.Bytea), ("report_count", NpgsqlDbType.Bigint), ("checksum", NpgsqlDbType.Bytea),
                ("min_time", NpgsqlDbType.Bigint), ("max_time", NpgsqlDbType.Bigint),
            ],
            InOrder(tasks, task => task.JobCount)
                .Where(item => item.Task.IsFinished(item.Index) && StateOf(item.Task, item.Index) != AggregationJobState.Abandoned)
                .SelectMany(item => Shards(item.Task, item.Index)),
            cancellationToken);

    private IEnumerable<object?[]> Shards(FilledTask task, int job) => Enumerable
        .Range(FilledTask.FirstReport(job), task.EndReport(job) - FilledTask.FirstReport(job))
        .GroupBy(report => task.IsTimeInterval ? task.HourOf(report) : 0)
        .Select(reports =>
        {
            byte[] bucket = task.IsTimeInterval ? BatchRange.BucketOf((ulong)reports.Key) : task.BatchId(FilledTask.BatchOf(job));
            byte[] share = _encryption.Seal(
                EncryptedColumn.ShardAggregateShare, RowKey.Of(task.Key, bucket, task.JobId(job)), new byte[AggregateShareLength]);
            return new object?[]
            {
                task.Key, bucket, task.JobId(job), share, (long)reports.Count(), SHA256.HashData(bucket),
                task.HourOf(reports.First()), task.HourOf(reports.Last()),
            };
        });
}
