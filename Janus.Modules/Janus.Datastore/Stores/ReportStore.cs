using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>The reports that a Leader takes in: DAP §4.4.2 (upload-request).</summary>
public sealed class ReportStore
{
    private const string TakeSql = """
        -- ReportStore.Take
        WITH input AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::boolean[], $5::int[])
                WITH ORDINALITY AS t (task_key, report_id, report_time, is_time_interval, report_week, position)
        ), collected AS MATERIALIZED (
            -- Collected intervals are disjoint, so only the last one that begins before the bucket can contain it.
            SELECT bucket.task_key, bucket.report_time
            FROM (SELECT DISTINCT task_key, report_time FROM input WHERE is_time_interval) AS bucket
            CROSS JOIN LATERAL (
                SELECT c.last_bucket FROM collected_batches AS c
                WHERE c.task_key = bucket.task_key AND c.first_bucket <= int8send(bucket.report_time)
                ORDER BY c.first_bucket DESC LIMIT 1) AS nearest
            WHERE nearest.last_bucket >= int8send(bucket.report_time)
        ), candidate AS MATERIALIZED (
            SELECT DISTINCT ON (i.task_key, i.report_id) i.task_key, i.report_id, i.report_time, i.report_week, i.position
            FROM input AS i
            WHERE NOT i.is_time_interval OR (i.task_key, i.report_time) NOT IN (SELECT task_key, report_time FROM collected)
            ORDER BY i.task_key, i.report_id, i.position
        ), fresh AS (
            INSERT INTO report_ids (task_key, report_id, report_time, report_week)
            SELECT task_key, report_id, report_time, report_week FROM candidate
            ORDER BY task_key, report_id -- one order for everyone, so that writers of the same IDs cannot deadlock
            ON CONFLICT DO NOTHING
            RETURNING task_key, report_id
        )
        SELECT c.position, false FROM candidate AS c JOIN fresh USING (task_key, report_id)
        UNION ALL
        SELECT i.position, true FROM input AS i JOIN collected USING (task_key, report_time) WHERE i.is_time_interval
        """;

    private const string WaitingSql = """
        -- ReportStore.Waiting
        SELECT t.position FROM unnest($1::int[], $2::uuid[]) WITH ORDINALITY AS t (task_key, report_id, position)
        CROSS JOIN LATERAL (
            SELECT FROM unaggregated_reports AS r WHERE r.task_key = t.task_key AND r.report_id = t.report_id LIMIT 1) AS waiting
        """;

    private const string CopySql = """
        COPY unaggregated_reports (task_key, report_id, report_time, received_at, public_share,
            leader_input_share, helper_encrypted_input_share) FROM STDIN (FORMAT BINARY)
        """;

    private const int MaximumAttempts = 5;

    private readonly TransactionRunner _runner;
    private readonly ReportPartitions _partitions;
    private readonly ColumnEncryption _encryption;

    internal ReportStore(TransactionRunner runner, ReportPartitions partitions, ColumnEncryption encryption)
    {
        _runner = runner;
        _partitions = partitions;
        _encryption = encryption;
    }

    /// <summary>
    /// Stores the reports of many requests and tasks in one transaction. The outcomes are in the order of the reports;
    /// of several with one ID, the first is stored.
    /// </summary>
    /// <exception cref="OverflowException">A report's time is above 2^63 - 1: it should have been refused as too early.</exception>
    public async Task<UploadOutcome[]> PutAsync(
        IReadOnlyList<UploadedReport> reports, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reports);
        if (reports.Count == 0)
        {
            return [];
        }

        byte[][] sealedShares = new byte[reports.Count][];
        for (int i = 0; i < sealedShares.Length; i++)
        {
            UploadedReport report = reports[i];
            byte[] rowKey = RowKey.Of(report.TaskKey, Uuid.Of(report.Id));
            sealedShares[i] = _encryption.Seal(EncryptedColumn.LeaderInputShare, rowKey, report.LeaderInputShare.Span);
        }

        bool mayWait = false;
        for (int attempt = 1; ; attempt++)
        {
            await _partitions.EnsureAsync(reports.Select(report => report.Week), cancellationToken);
            try
            {
                return await PutAsync(reports, sealedShares, mayWait, now, cancellationToken);
            }
            catch (PostgresException exception) when (attempt < MaximumAttempts && ReportPartitions.IsMissing(exception))
            {
                _partitions.Forget();
            }
            catch (PostgresException exception) when (attempt < MaximumAttempts && IsWaiting(exception))
            {
                // One ID under two times of different weeks: two reports, but they cannot wait side by side.
                mayWait = true;
            }
        }
    }

    private Task<UploadOutcome[]> PutAsync(
        IReadOnlyList<UploadedReport> reports, byte[][] sealedShares, bool mayWait, DateTimeOffset now, CancellationToken cancellationToken) =>
        _runner.RunAsync("ReportStore.Put", async (transaction, token) =>
        {
            bool[] waiting = mayWait ? await FindWaitingAsync(transaction, reports, token) : new bool[reports.Count];
            UploadOutcome[] outcomes = await TakeAsync(transaction, reports, waiting, token);
            if (outcomes.Contains(UploadOutcome.Stored))
            {
                await CopyAsync(transaction, reports, sealedShares, outcomes, now, token);
                await using NpgsqlBatch batch = transaction.Batch();
                batch.AddReportCounts(Received(reports, outcomes));
                batch.AddNotify(WorkKind.Reports);
                await batch.ExecuteNonQueryAsync(token);
            }

            return outcomes;
        }, cancellationToken);

    private static IEnumerable<ReportCount> Received(IReadOnlyList<UploadedReport> reports, UploadOutcome[] outcomes) => Enumerable
        .Range(0, outcomes.Length)
        .Where(i => outcomes[i] == UploadOutcome.Stored)
        .GroupBy(i => reports[i].TaskKey)
        .Select(group => new ReportCount(group.Key, ReportStage.Received, null, group.Count()));

    private static bool IsWaiting(PostgresException exception) =>
        exception is { SqlState: PostgresErrorCodes.UniqueViolation, TableName: "unaggregated_reports" };

    private static async Task<bool[]> FindWaitingAsync(
        DatastoreTransaction transaction, IReadOnlyList<UploadedReport> reports, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = transaction.Command(WaitingSql)
            .With(reports.Select(report => report.TaskKey).ToArray(), CommandExtensions.IntArray)
            .With(reports.Select(report => Uuid.Of(report.Id)).ToArray(), CommandExtensions.UuidArray);
        bool[] waiting = new bool[reports.Count];
        foreach (int index in await command.ReadAllAsync(row => (int)row.GetInt64(0) - 1, cancellationToken))
        {
            waiting[index] = true;
        }

        return waiting;
    }

    private static async Task<UploadOutcome[]> TakeAsync(
        DatastoreTransaction transaction, IReadOnlyList<UploadedReport> all, bool[] waiting, CancellationToken cancellationToken)
    {
        int[] taken = [.. Enumerable.Range(0, all.Count).Where(i => !waiting[i])];
        UploadedReport[] reports = [.. taken.Select(i => all[i])];
        int[] taskKeys = [.. reports.Select(report => report.TaskKey)];
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddSharedFence([.. taskKeys.Distinct().Order()]);
        batch.Add(TakeSql)
            .With(taskKeys, CommandExtensions.IntArray)
            .With(reports.Select(report => Uuid.Of(report.Id)).ToArray(), CommandExtensions.UuidArray)
            .With(reports.Select(report => checked((long)report.Time)).ToArray(), CommandExtensions.BigintArray)
            .With(reports.Select(report => report.IsTimeInterval).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean)
            .With(reports.Select(report => report.Week).ToArray(), CommandExtensions.IntArray);

        UploadOutcome[] outcomes = new UploadOutcome[all.Count];
        Array.Fill(outcomes, UploadOutcome.Replayed);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        List<(int Index, bool IsCollected)> known = await reader.ReadNextAsync(
            row => ((int)row.GetInt64(0) - 1, row.GetBoolean(1)), cancellationToken);
        foreach ((int index, bool isCollected) in known)
        {
            outcomes[taken[index]] = isCollected ? UploadOutcome.BatchCollected : UploadOutcome.Stored;
        }

        return outcomes;
    }

    private static async Task CopyAsync(
        DatastoreTransaction transaction,
        IReadOnlyList<UploadedReport> reports,
        byte[][] sealedShares,
        UploadOutcome[] outcomes,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBinaryImporter importer =
            await transaction.Connection.BeginBinaryImportAsync(CopySql, cancellationToken);
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] != UploadOutcome.Stored)
            {
                continue;
            }

            UploadedReport report = reports[i];
            await importer.StartRowAsync(cancellationToken);
            await importer.WriteAsync(report.TaskKey, NpgsqlDbType.Integer, cancellationToken);
            await importer.WriteAsync(Uuid.Of(report.Id), NpgsqlDbType.Uuid, cancellationToken);
            await importer.WriteAsync((long)report.Time, NpgsqlDbType.Bigint, cancellationToken);
            await importer.WriteAsync(now.ToUniversalTime(), NpgsqlDbType.TimestampTz, cancellationToken);
            await importer.WriteAsync(report.PublicShare, NpgsqlDbType.Bytea, cancellationToken);
            await importer.WriteAsync(sealedShares[i], NpgsqlDbType.Bytea, cancellationToken);
            await importer.WriteAsync(report.HelperEncryptedInputShare, NpgsqlDbType.Bytea, cancellationToken);
        }

        await importer.CompleteAsync(cancellationToken);
    }
}
