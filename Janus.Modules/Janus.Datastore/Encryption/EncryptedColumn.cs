namespace Janus.Datastore;

/// <summary>A column whose values are encrypted, each bound to this name and to its row.</summary>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
internal readonly record struct EncryptedColumn(string Table, string Column)
{
    public static readonly EncryptedColumn VerifyKey = new("tasks", "verify_key");
    public static readonly EncryptedColumn AggregatorToken = new("tasks", "aggregator_token");
    public static readonly EncryptedColumn HpkePrivateKey = new("hpke_keys", "private_key");
    public static readonly EncryptedColumn LeaderInputShare = new("unaggregated_reports", "leader_input_share");
    public static readonly EncryptedColumn Verification = new("aggregation_jobs", "verification");
    public static readonly EncryptedColumn ShardAggregateShare = new("batch_bucket_shards", "aggregate_share");
    public static readonly EncryptedColumn BatchNoise = new("batch_noise", "noise");
    public static readonly EncryptedColumn LeaderAggregateShare = new("collection_jobs", "leader_aggregate_share");

    public override string ToString() => $"{Table}.{Column}";
}
