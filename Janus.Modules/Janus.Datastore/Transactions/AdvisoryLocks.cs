using Npgsql;

namespace Janus.Datastore;

/// <summary>
/// The advisory locks, all held to the end of the transaction. Each is a statement of its own before the statements
/// that check, because under READ COMMITTED a statement does not see what was committed after it began.
/// </summary>
internal static class AdvisoryLocks
{
    /// <summary>Two replicas must not migrate at once; a lock whose key is a single 64-bit number.</summary>
    public const long Migration = 0x4A61_6E75_7300_0001;

    /// <summary>Only one transaction at a time changes HPKE keys.</summary>
    public const long HpkeKeys = 0x4A61_6E75_7300_0002;

    // First half of the two-part keys; the second half is the task's key.
    private const int Fence = 0x4A61_0001;
    private const int Creation = 0x4A61_0002;

    private const int Collection = 0x4A61_0003;
    private const int Partitions = 0x4A61_0004;

    private const string SharedFenceSql = """
        -- AdvisoryLocks.ShareFence
        SELECT pg_advisory_xact_lock_shared($1, task_key) FROM unnest($2::int[]) AS t (task_key)
        """;

    private const string ExclusiveFenceSql = """
        -- AdvisoryLocks.HoldFence
        SELECT pg_advisory_xact_lock($1, $2)
        """;

    private const string PartitioningSql = """
        -- AdvisoryLocks.HoldPartitions
        SELECT pg_advisory_xact_lock($1, 0)
        """;

    private const string TrySql = """
        -- AdvisoryLocks.Try
        SELECT pg_try_advisory_xact_lock($1, $2)
        """;

    private const string SingleSql = """
        -- AdvisoryLocks.Hold
        SELECT pg_advisory_xact_lock($1)
        """;

    /// <summary>Holds a lock whose key is a single number.</summary>
    public static void AddLock(this NpgsqlBatch batch, long key) => batch.Add(SingleSql).With(key);

    /// <summary>Keeps batches of these tasks from being marked collected; the keys must be sorted.</summary>
    public static void AddSharedFence(this NpgsqlBatch batch, params int[] taskKeys) =>
        batch.Add(SharedFenceSql).With(Fence).With(taskKeys, CommandExtensions.IntArray);

    /// <summary>Keeps everyone else from adding reports to batches of the task and from marking them collected.</summary>
    public static void AddExclusiveFence(this NpgsqlBatch batch, int taskKey) =>
        batch.Add(ExclusiveFenceSql).With(Fence).With(taskKey);

    /// <summary>Keeps everyone else from making and dropping partitions.</summary>
    public static void AddPartitioning(this NpgsqlBatch batch) => batch.Add(PartitioningSql).With(Partitions);

    /// <summary>Becomes the only garbage collector of the task, unless there is one: one boolean.</summary>
    public static void AddTryCollection(this NpgsqlBatch batch, int taskKey) => batch.Add(TrySql).With(Collection).With(taskKey);

    /// <summary>Becomes the only creator of the task's aggregation jobs, unless there is one: one boolean.</summary>
    public static void AddTryCreation(this NpgsqlBatch batch, int taskKey) => batch.Add(TrySql).With(Creation).With(taskKey);
}
