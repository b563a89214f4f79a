using Npgsql;

namespace Janus.Datastore;

/// <summary>The channel that tells workers about work, in the transaction that makes the work.</summary>
internal static class Notification
{
    public const string Channel = "janus_work";

    private const string NotifySql = """
        -- Notification.Notify
        SELECT pg_notify($1, $2)
        """;

    public static void AddNotify(this NpgsqlBatch batch, WorkKind kind) =>
        batch.Add(NotifySql).With(Channel).With(PayloadOf(kind));

    public static string PayloadOf(WorkKind kind) => kind switch
    {
        WorkKind.Reports => "reports",
        WorkKind.AggregationJobs => "aggregation_jobs",
        WorkKind.HelperAggregationJobs => "helper_aggregation_jobs",
        WorkKind.AggregateShares => "aggregate_shares",
        WorkKind.CollectionJobs => "collection_jobs",
        WorkKind.Tasks => "tasks",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static WorkKind? KindOf(string payload) => payload switch
    {
        "reports" => WorkKind.Reports,
        "aggregation_jobs" => WorkKind.AggregationJobs,
        "helper_aggregation_jobs" => WorkKind.HelperAggregationJobs,
        "aggregate_shares" => WorkKind.AggregateShares,
        "collection_jobs" => WorkKind.CollectionJobs,
        "tasks" => WorkKind.Tasks,
        _ => null,
    };
}
