using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Maintenance;

/// <summary>Rows of every table, as a batch that was collected long ago leaves them, and reports that wait.</summary>
internal static class OldRows
{
    /// <summary>The statements that write them: so many rows of each table about reports of one time, whose partition is there.</summary>
    public static string Of(DapTask task, ulong time, int rows)
    {
        int week = ReportWeek.Of(time, task.Configuration.TimePrecision);
        bool isTimeInterval = task.Configuration.BatchMode == BatchMode.TimeInterval;
        string bucket = isTimeInterval ? $"int8send({time})" : "sha256(uuid_send(gen_random_uuid()))";
        string batchId = isTimeInterval ? "NULL" : "bucket";
        string when = $"to_timestamp({time}::bigint * {task.Configuration.TimePrecision.Seconds})";
        return $"""
            CREATE TEMPORARY TABLE old AS SELECT gen_random_uuid() AS id, {bucket} AS bucket FROM generate_series(1, {rows});
            INSERT INTO report_ids SELECT {task.Key}, id, {time}, {week} FROM old;
            INSERT INTO unaggregated_reports
                (task_key, report_id, report_time, received_at, public_share, leader_input_share, helper_encrypted_input_share, refusals)
                SELECT {task.Key}, id, {time}, {when}, '', '', '', 0 FROM old;
            INSERT INTO aggregation_jobs (task_key, aggregation_job_id, state, agg_param, batch_id, step, report_count, min_time, max_time,
                created_at, finished_at, lease_expiry, lease_attempts, refusals)
                SELECT {task.Key}, id, 2, '', {batchId}, 0, 1, {time}, {time}, {when}, {when}, {when}, 1, 0 FROM old;
            INSERT INTO batch_bucket_shards
                SELECT {task.Key}, bucket, id, decode(repeat('78', 100), 'hex'), 1, sha256(''), {time}, {time} FROM old;
            INSERT INTO leader_selected_batches (task_key, batch_id, agg_param, assigned_count, created_at)
                SELECT {task.Key}, bucket, '', 1, {when} FROM old WHERE length(bucket) = 32;
            INSERT INTO collected_batches SELECT DISTINCT {task.Key}, bucket, bucket, {when} FROM old;
            INSERT INTO batch_noise SELECT DISTINCT {task.Key}, bucket, bucket, sha256(''), ''::bytea, {when} FROM old;
            INSERT INTO collection_jobs (task_key, collection_job_id, request, request_hash, agg_param, state, first_bucket, last_bucket,
                created_at, finished_at, next_attempt_at, lease_expiry, lease_attempts)
                SELECT {task.Key}, id, '', uuid_send(id), '', 3, bucket, bucket, {when}, {when}, {when}, {when}, 0 FROM old;
            INSERT INTO aggregate_shares (task_key, aggregate_share_id, state, request_hash, first_bucket, last_bucket, report_count, checksum,
                response, created_at, lease_expiry, lease_attempts)
                SELECT {task.Key}, id, 2, uuid_send(id), bucket, bucket, 1, '', '', {when}, {when}, 0 FROM old;
            DROP TABLE old;
            """;
    }
}
