using Janus.Messages;
using Npgsql;

namespace Janus.Datastore;

/// <summary>Reading the Helper's rows of <c>aggregation_jobs</c>.</summary>
internal static class HelperAggregationJobRows
{
    /// <summary>The columns that <see cref="Read"/> expects, in their order.</summary>
    public const string Columns = """
        j.task_key, j.aggregation_job_id, j.state, j.request_hash, j.agg_param, j.batch_id, j.report_count, j.min_time, j.max_time,
        j.response, j.created_at, j.finished_at, j.step, j.step_request_hash
        """;

    public static HelperAggregationJob Read(NpgsqlDataReader row) => new()
    {
        TaskKey = row.GetInt32(0),
        Id = Uuid.To<AggregationJobId>(row.GetGuid(1)),
        State = (AggregationJobState)row.GetInt16(2),
        RequestHash = row.Bytes(3),
        AggParam = row.Bytes(4),
        BatchId = row.BytesOrNull(5) is { } batchId ? BatchId.FromBytes(batchId) : null,
        ReportCount = row.GetInt32(6),
        MinTime = (ulong)row.GetInt64(7),
        MaxTime = (ulong)row.GetInt64(8),
        Response = row.BytesOrNull(9),
        CreatedAt = row.Instant(10),
        FinishedAt = row.InstantOrNull(11),
        Step = row.GetInt32(12),
        StepRequestHash = row.BytesOrNull(13),
    };
}
