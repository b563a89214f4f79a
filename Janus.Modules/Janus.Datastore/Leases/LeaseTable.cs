namespace Janus.Datastore;

/// <summary>What is to be known of a table whose rows are leased, and the statements that follow from it.</summary>
/// <remarks>
/// A statement that locks or writes names one task; <see cref="DueTasksSql"/> and <see cref="FirstDueSql"/> only look at the first
/// entry of each task in an index.
/// </remarks>
internal sealed record LeaseTable
{
    /// <summary>The Leader's aggregation jobs. A new job's lease expires when it is created, so the first due is the oldest.</summary>
    public static LeaseTable LeaderAggregationJobs { get; } = new()
    {
        Kind = WorkKind.AggregationJobs,
        Store = nameof(LeaderAggregationJobStore),
        Name = "aggregation_jobs",
        Id = "aggregation_job_id",
        Unfinished = $"state IN {UnfinishedAggregationJobs.States} AND request_hash IS NULL",
    };

    /// <summary>The Helper's aggregation jobs: those that were deferred.</summary>
    public static LeaseTable HelperAggregationJobs { get; } = new()
    {
        Kind = WorkKind.HelperAggregationJobs,
        Store = nameof(HelperAggregationJobStore),
        Name = "aggregation_jobs",
        Id = "aggregation_job_id",
        Unfinished = $"state = {AggregationJobState.InProgress:d} AND request_hash IS NOT NULL",
    };

    /// <summary>The Leader's collection jobs.</summary>
    /// <remarks>
    /// The next attempt is the expiry of a lease, until what has been aggregated wakes the job: so one that was woken while it
    /// was leased can be told apart. Who is fenced has nothing more to wait for but the Helper.
    /// </remarks>
    public static LeaseTable CollectionJobs { get; } = new()
    {
        Kind = WorkKind.CollectionJobs,
        Store = nameof(CollectionJobStore),
        Name = "collection_jobs",
        Id = "collection_job_id",
        Unfinished = $"state IN ({CollectionJobState.Waiting:d}, {CollectionJobState.Fenced:d})",
        Due = "next_attempt_at",
        OnAcquire = "lease_expiry = $4, next_attempt_at = $4",
        OnRelease = $"""
            lease_expiry = 'epoch',
                next_attempt_at = CASE WHEN state = {CollectionJobState.Waiting:d} AND next_attempt_at < lease_expiry THEN next_attempt_at ELSE $4 END
            """,
    };

    /// <summary>The Helper's aggregate shares: those that were deferred.</summary>
    public static LeaseTable AggregateShares { get; } = new()
    {
        Kind = WorkKind.AggregateShares,
        Store = nameof(AggregateShareStore),
        Name = "aggregate_shares",
        Id = "aggregate_share_id",
        Unfinished = $"state = {AggregateShareState.InProgress:d}",
    };

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LeaseTable> All { get; } = [LeaderAggregationJobs, HelperAggregationJobs, CollectionJobs, AggregateShares];

    /// <summary>The kind of work.</summary>
    public required WorkKind Kind { get; init; }

    /// <summary>The store, by which statements and transactions are called.</summary>
    public required string Store { get; init; }

    /// <summary>The table; its keys are <c>task_key</c> and <see cref="Id"/>, and it has the three columns of a lease.</summary>
    public required string Name { get; init; }

    /// <summary>The column of the ID.</summary>
    public required string Id { get; init; }

    /// <summary>Which rows are to be worked on, now or later; an index over task and <see cref="Due"/> has the same filter.</summary>
    public required string Unfinished { get; init; }

    /// <summary>The column that says from when on a row may be leased, if it is not leased then.</summary>
    public string Due { get; init; } = "lease_expiry";

    /// <summary>What is set to the expiry of a lease, <c>$4</c>.</summary>
    public string OnAcquire { get; init; } = "lease_expiry = $4";

    /// <summary>What is set to the time of the next attempt, <c>$4</c>.</summary>
    public string OnRelease { get; init; } = "lease_expiry = $4";

    /// <summary>The tasks with due rows.</summary>
    public string DueTasksSql => $"""
        -- {Store}.DueTasks
        {FirstRows}
        SELECT task_key FROM first_row WHERE due <= $1 ORDER BY due
        """;

    /// <summary>Since when the row that has waited longest may be leased, if it is not leased.</summary>
    public string FirstDueSql => $"""
        -- {Store}.FirstDue
        {FirstRows}
        SELECT min(due) FROM first_row
        """;

    // One index probe for each task that has unfinished rows, however many.
    private string FirstRows => $"""
        WITH RECURSIVE first_row AS (
            (SELECT task_key, {Due} AS due FROM {Name} WHERE {Unfinished} ORDER BY task_key, {Due} LIMIT 1)
            UNION ALL
            SELECT next_task.* FROM first_row CROSS JOIN LATERAL (
                SELECT r.task_key, r.{Due} FROM {Name} AS r
                WHERE {Unfinished} AND r.task_key > first_row.task_key
                ORDER BY r.task_key, r.{Due} LIMIT 1) AS next_task
        )
        """;

    /// <summary>Leases due rows of a task, and returns these columns with the lease's token, expiry and attempts behind them.</summary>
    public string AcquireSql(string alias, string columns) => $"""
        -- {Store}.Acquire
        WITH due AS MATERIALIZED (
            SELECT {Id} FROM {Name}
            WHERE task_key = $1 AND {Unfinished} AND {Due} <= $2 AND lease_expiry <= $2
            ORDER BY {Due} LIMIT $3
            FOR UPDATE SKIP LOCKED
        )
        UPDATE {Name} AS {alias} SET {OnAcquire}, lease_token = gen_random_uuid(), lease_attempts = {alias}.lease_attempts + 1
        FROM due WHERE {alias}.task_key = $1 AND {alias}.{Id} = due.{Id}
        RETURNING {columns}, {alias}.lease_token, {alias}.lease_expiry, {alias}.lease_attempts
        """;

    /// <summary>Ends a lease, which whatever ends the work on a row has done already; the row is to be tried again later.</summary>
    /// <param name="operation">What the statement is called.</param>
    /// <param name="set">What is set besides, with parameters from <c>$5</c> on.</param>
    public string ReleaseSql(string operation, string? set = null) => $"""
        -- {Store}.{operation}
        UPDATE {Name} SET {OnRelease}, lease_token = NULL{(set is null ? "" : ", " + set)}
        WHERE task_key = $1 AND {Id} = $2 AND lease_token = $3
        """;
}
