namespace Janus.Datastore;

/// <summary>A column whose values are encrypted, each bound to this name and to its row.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
internal readonly record struct EncryptedColumn(string Table, string Column)
{
    public static readonly EncryptedColumn VerifyKey = new("tasks", "verify_key");

    // Values that were in tasks before are bound to that name; the key of their row, the task ID, has come with them.
    public static readonly EncryptedColumn AuthToken = new("auth_tokens", "token") { Binding = ("tasks", "aggregator_token") };

    public static readonly EncryptedColumn VerifyKeyInit = new("taskprov_verify_key_inits", "verify_key_init");
    public static readonly EncryptedColumn HpkePrivateKey = new("hpke_keys", "private_key");
    public static readonly EncryptedColumn LeaderInputShare = new("unaggregated_reports", "leader_input_share");
    public static readonly EncryptedColumn Verification = new("aggregation_jobs", "verification");
    public static readonly EncryptedColumn ShardAggregateShare = new("batch_bucket_shards", "aggregate_share");
    public static readonly EncryptedColumn LeaderAggregateShare = new("collection_jobs", "leader_aggregate_share");

    private readonly (string Table, string Column)? _binding;

    /// <summary>The name that values are bound to: the column's own, unless it has moved.</summary>
    public (string Table, string Column) Binding
    {
        get => _binding ?? (Table, Column);
        init => _binding = value;
    }

    public override string ToString() => $"{Table}.{Column}";
}
