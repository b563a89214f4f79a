using System.Security.Cryptography;
using Janus.Datastore;
using NpgsqlTypes;

namespace Janus.Benchmarks.Queries;

/// <content>Batches, collection jobs and aggregate shares.</content>
internal sealed partial class DatabaseFill
{
    private const int LargeTask = 1_000;

    // Behind the collected ones; the last reach into what waits.
    private const int FirstOpenInterval = (int)(FilledTask.Hours * 0.46) / FilledTask.IntervalHours;

    private Task<ulong> CopyBatchesAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "leader_selected_batches",
            [
                ("task_key", NpgsqlDbType.Integer), ("batch_id", NpgsqlDbType.Bytea), ("agg_param", NpgsqlDbType.Bytea),
                ("time_window", NpgsqlDbType.Bigint), ("assigned_count", NpgsqlDbType.Bigint), ("collection_job_id", NpgsqlDbType.Uuid),
                ("created_at", NpgsqlDbType.TimestampTz), ("failed_collections", NpgsqlDbType.Integer),
            ],
            InOrder([.. tasks.Where(task => task.IsLeader)], task => task.BatchCount).Select(item =>
            {
                (FilledTask task, int batch) = item;
                int first = batch * FilledTask.BatchSize;
                long count = Math.Min(task.AssignedReports - first, FilledTask.BatchSize);
                return new object?[]
                {
                    task.Key, task.BatchId(batch), task.AggParam,
                    task.Kind == TaskKind.LeaderWindowed ? task.HourOf(first) / FilledTask.WindowHours : null,
                    batch % 3 == 0 ? count - Math.Min(count - 1, 10) : count, // a job's rejected reports have given their room back
                    task.IsCollectedBatch(batch) ? task.CollectionId(batch) : null, task.InstantOf(first),
                    batch % 10 == 9 && !task.IsCollectedBatch(batch) ? 1 : 0,
                };
            }),
            cancellationToken);

    private Task<ulong> CopyCollectedAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "collected_batches",
            [
                ("task_key", NpgsqlDbType.Integer), ("first_bucket", NpgsqlDbType.Bytea), ("last_bucket", NpgsqlDbType.Bytea),
                ("collected_at", NpgsqlDbType.TimestampTz),
            ],
            Collected(tasks).Select(batch => new object?[] { batch.Task.Key, batch.Range.FirstBucket, batch.Range.LastBucket, Now }),
            cancellationToken);

    private Task<ulong> CopyBatchNoiseAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "batch_noise",
            [
                ("task_key", NpgsqlDbType.Integer), ("first_bucket", NpgsqlDbType.Bytea), ("last_bucket", NpgsqlDbType.Bytea),
                ("agg_param_hash", NpgsqlDbType.Bytea), ("noise", NpgsqlDbType.Bytea), ("drawn_at", NpgsqlDbType.TimestampTz),
            ],
            Collected(tasks).Select(batch =>
            {
                byte[] hash = SHA256.HashData(batch.Task.AggParam);
                byte[] key = RowKey.Of(batch.Task.Key, batch.Range, hash);
                byte[] noise = _encryption.Seal(EncryptedColumn.BatchNoise, key, new byte[AggregateShareLength]);
                return new object?[] { batch.Task.Key, batch.Range.FirstBucket, batch.Range.LastBucket, hash, noise, Now };
            }),
            cancellationToken);

    private static IEnumerable<(FilledTask Task, int Index, BatchRange Range)> Collected(IReadOnlyList<FilledTask> tasks) =>
        InOrder(tasks, task => task.IsTimeInterval ? task.CollectedIntervals : task.BatchCount)
            .Where(item => item.Task.IsTimeInterval || item.Task.IsCollectedBatch(item.Index))
            .Select(item => (item.Task, item.Index, item.Task.IsTimeInterval ? FilledTask.Interval(item.Index) : item.Task.Batch(item.Index)));

    private Task<ulong> CopyCollectionJobsAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "collection_jobs",
            [
                ("task_key", NpgsqlDbType.Integer), ("collection_job_id", NpgsqlDbType.Uuid), ("request", NpgsqlDbType.Bytea),
                ("request_hash", NpgsqlDbType.Bytea), ("agg_param", NpgsqlDbType.Bytea), ("state", NpgsqlDbType.Smallint),
                ("first_bucket", NpgsqlDbType.Bytea), ("last_bucket", NpgsqlDbType.Bytea), ("leader_aggregate_share", NpgsqlDbType.Bytea),
                ("report_count", NpgsqlDbType.Bigint), ("checksum", NpgsqlDbType.Bytea), ("interval_start", NpgsqlDbType.Bigint),
                ("interval_duration", NpgsqlDbType.Bigint), ("response", NpgsqlDbType.Bytea), ("problem_type", NpgsqlDbType.Text),
                ("created_at", NpgsqlDbType.TimestampTz), ("next_attempt_at", NpgsqlDbType.TimestampTz),
                ("lease_expiry", NpgsqlDbType.TimestampTz), ("lease_token", NpgsqlDbType.Uuid), ("lease_attempts", NpgsqlDbType.Integer),
            ],
            DoneCollectionJobs(tasks).Concat(OpenCollectionJobs(tasks)),
            cancellationToken);

    private IEnumerable<object?[]> DoneCollectionJobs(IReadOnlyList<FilledTask> tasks) => Collected([.. tasks.Where(task => task.IsLeader)])
        .Select(batch => CollectionJob(
            batch.Task,
            batch.Index,
            (batch.Index % 30) switch { 0 => CollectionJobState.Fenced, 1 or 2 => CollectionJobState.Deleted, 3 => CollectionJobState.Failed, _ => CollectionJobState.Finished },
            batch.Range));

    // A few wait in every task, many in the large ones; half of them are due.
    private IEnumerable<object?[]> OpenCollectionJobs(IReadOnlyList<FilledTask> tasks) => tasks
        .Where(task => task.IsLeader)
        .SelectMany(task => Enumerable.Range(0, task.Reports > LargeTask ? 30 : 2).Select(i => CollectionJob(
            task,
            1_000_000 + i,
            CollectionJobState.Waiting,
            task.IsTimeInterval ? FilledTask.Interval(FirstOpenInterval + (i * 5 / 2)) : null)));

    private object?[] CollectionJob(FilledTask task, int index, CollectionJobState state, BatchRange? range)
    {
        Guid id = task.CollectionId(index);
        bool isFenced = state == CollectionJobState.Fenced;
        bool isKnown = isFenced || state == CollectionJobState.Finished;
        byte[] request = task.Bytes(12, index, 64);
        DateTimeOffset due = index % 2 == 0 ? Now.AddMinutes(-index % 100) : Now.AddMinutes(1);
        return
        [
            task.Key, id, request, SHA256.HashData(request), task.AggParam, (short)state, range?.FirstBucket, range?.LastBucket,
            isFenced ? _encryption.Seal(EncryptedColumn.LeaderAggregateShare, RowKey.Of(task.Key, id), new byte[AggregateShareLength]) : null,
            isKnown ? 200L : null, isKnown ? new byte[32] : null, isKnown ? FilledTask.FirstHour : null, isKnown ? 6L : null,
            state == CollectionJobState.Finished ? task.Bytes(13, index, 600) : null, state == CollectionJobState.Failed ? "batchMismatch" : null,
            Now.AddHours(-1), due, isFenced && index % 2 == 1 ? Now.AddMinutes(1) : DateTimeOffset.UnixEpoch, isFenced ? Guid.NewGuid() : null, 0,
        ];
    }

    private Task<ulong> CopyAggregateSharesAsync(IReadOnlyList<FilledTask> tasks, CancellationToken cancellationToken) =>
        _connection.CopyAsync(
            "aggregate_shares",
            [
                ("task_key", NpgsqlDbType.Integer), ("aggregate_share_id", NpgsqlDbType.Uuid), ("state", NpgsqlDbType.Smallint),
                ("request_hash", NpgsqlDbType.Bytea), ("request", NpgsqlDbType.Bytea), ("first_bucket", NpgsqlDbType.Bytea),
                ("last_bucket", NpgsqlDbType.Bytea), ("report_count", NpgsqlDbType.Bigint), ("checksum", NpgsqlDbType.Bytea),
                ("response", NpgsqlDbType.Bytea), ("created_at", NpgsqlDbType.TimestampTz), ("lease_expiry", NpgsqlDbType.TimestampTz),
                ("lease_attempts", NpgsqlDbType.Integer),
            ],
            Collected([.. tasks.Where(task => !task.IsLeader)]).Select(batch =>
            {
                AggregateShareState state = (batch.Index % 40) switch
                {
                    0 => AggregateShareState.InProgress,
                    1 => AggregateShareState.Failed,
                    2 => AggregateShareState.Deleted,
                    _ => AggregateShareState.Finished,
                };
                byte[] request = batch.Task.Bytes(14, batch.Index, 120);
                return new object?[]
                {
                    batch.Task.Key, batch.Task.CollectionId(batch.Index), (short)state, SHA256.HashData(request),
                    state == AggregateShareState.InProgress ? request : null, batch.Range.FirstBucket, batch.Range.LastBucket, 200L, new byte[32],
                    state is AggregateShareState.Finished or AggregateShareState.Deleted ? batch.Task.Bytes(15, batch.Index, 300) : null, Now.AddHours(-1),
                    Now.AddHours(-1), 0,
                };
            }),
            cancellationToken);
}
