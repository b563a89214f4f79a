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

    // Values that were in tasks before are bound to that name; the key of their row, the task ID, has come with them.
    public static readonly EncryptedColumn AuthToken =
        new("auth_tokens", "token", new RowKeyColumn("token_id", RowKeyType.Bytes)) { Binding = ("tasks", "aggregator_token") };

    public static readonly EncryptedColumn VerifyKeyInit =
        new("taskprov_verify_key_inits", "verify_key_init", new RowKeyColumn("init_id", RowKeyType.Bytes));

    public static readonly EncryptedColumn HpkePrivateKey = new("hpke_keys", "private_key", new RowKeyColumn("config_id", RowKeyType.Octet));

    public static readonly EncryptedColumn LeaderInputShare =
        new("unaggregated_reports", "leader_input_share", TaskKey, new RowKeyColumn("report_id", RowKeyType.Uuid));

    public static readonly EncryptedColumn Verification = new("aggregation_jobs", "verification", TaskKey, AggregationJobId);

    public static readonly EncryptedColumn ShardAggregateShare =
        new("batch_bucket_shards", "aggregate_share", TaskKey, new RowKeyColumn("bucket", RowKeyType.Bytes), AggregationJobId);

    public static readonly EncryptedColumn LeaderAggregateShare =
        new("collection_jobs", "leader_aggregate_share", TaskKey, new RowKeyColumn("collection_job_id", RowKeyType.Uuid));

    public static readonly EncryptedColumn BatchNoise = new(
        "batch_noise",
        "noise",
        TaskKey,
        new RowKeyColumn("first_bucket", RowKeyType.Bytes),
        new RowKeyColumn("last_bucket", RowKeyType.Bytes),
        new RowKeyColumn("agg_param_hash", RowKeyType.Bytes));

    /// <summary>All of them: what a change of the datastore key encrypts again. A test fails when one is missing.</summary>
    public static IReadOnlyList<EncryptedColumn> All { get; } =
    [
        VerifyKey, AuthToken, VerifyKeyInit, HpkePrivateKey, LeaderInputShare, Verification, ShardAggregateShare, LeaderAggregateShare, BatchNoise,
    ];

    private readonly (string Table, string Column)? _binding;

    /// <summary>The name that values are bound to: the column's own, unless it has moved.</summary>
    public (string Table, string Column) Binding
    {
        get => _binding ?? (Table, Column);
        init => _binding = value;
    }

    public override string ToString() => $"{Table}.{Column}";
}
