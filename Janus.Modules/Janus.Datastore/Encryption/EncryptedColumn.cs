namespace Janus.Datastore;

/// <summary>A column whose values are encrypted, each bound to this name and to its row.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
/// <param name="RowKey">
/// The columns that make up the row key, in its order. Together they are unique, there is an index on them, and none of them
/// ever changes.
/// </param>
internal sealed record EncryptedColumn(string Table, string Column, params IReadOnlyList<RowKeyColumn> RowKey)
{
    private static readonly RowKeyColumn TaskId = new("task_id", RowKeyType.Bytes);
    private static readonly RowKeyColumn TaskKey = new("task_key", RowKeyType.Integer);
    private static readonly RowKeyColumn AggregationJobId = new("aggregation_job_id", RowKeyType.Uuid);

    public static readonly EncryptedColumn VerifyKey = new("tasks", "verify_key", TaskId);
    public static readonly EncryptedColumn AggregatorToken = new("tasks", "aggregator_token", TaskId);
    public static readonly EncryptedColumn HpkePrivateKey = new("hpke_keys", "private_key", new RowKeyColumn("config_id", RowKeyType.Octet));

    public static readonly EncryptedColumn LeaderInputShare =
        new("unaggregated_reports", "leader_input_share", TaskKey, new RowKeyColumn("report_id", RowKeyType.Uuid));

    public static readonly EncryptedColumn Verification = new("aggregation_jobs", "verification", TaskKey, AggregationJobId);

    public static readonly EncryptedColumn ShardAggregateShare =
        new("batch_bucket_shards", "aggregate_share", TaskKey, new RowKeyColumn("bucket", RowKeyType.Bytes), AggregationJobId);

    public static readonly EncryptedColumn LeaderAggregateShare =
        new("collection_jobs", "leader_aggregate_share", TaskKey, new RowKeyColumn("collection_job_id", RowKeyType.Uuid));

    /// <summary>All of them: what a change of the datastore key encrypts again. A test fails when one is missing.</summary>
    public static IReadOnlyList<EncryptedColumn> All { get; } =
    [
        VerifyKey, AggregatorToken, HpkePrivateKey, LeaderInputShare, Verification, ShardAggregateShare, LeaderAggregateShare,
    ];

    public override string ToString() => $"{Table}.{Column}";
}
