using Janus.Aggregator;
using Janus.Codec;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Http;

/// <summary>A Leader with workers and a Helper for the fixture; each test makes tasks of its own.</summary>
public abstract class DeploymentFixture
{
    protected TestDeployment Deployment { get; private set; } = null!;

    protected ScriptedHelper Between => Deployment.Between;

    /// <summary>What the Leader does: everything, unless a fixture starts others beside it.</summary>
    protected virtual AggregatorRoles LeaderRoles => AggregatorRoles.All;

    /// <summary>Changes the options of both aggregators.</summary>
    protected virtual void Configure(AggregatorOptions options)
    {
    }

    [OneTimeSetUp]
    public async Task StartDeployment() => Deployment = await TestDeployment.StartAsync(LeaderRoles, Configure);

    [OneTimeTearDown]
    public async Task StopDeployment()
    {
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }
    }

    [SetUp]
    public void ForgetRequests() => Between.Reset();

    /// <summary>What the Leader's database says of a task.</summary>
    protected Task<T> LeaderScalarAsync<T>(TestTask task, string what, string table) => ScalarAsync<T>(Deployment.LeaderDatabase, task, what, table);

    /// <summary>What the Helper's database says of a task.</summary>
    protected Task<T> HelperScalarAsync<T>(TestTask task, string what, string table) => ScalarAsync<T>(Deployment.HelperDatabase, task, what, table);

    /// <summary>The requests about a task's aggregation jobs.</summary>
    protected ScriptedRequest[] AggregationJobRequests(TestTask task) => [.. RequestsOf(task).Where(request => request.IsAggregationJob)];

    /// <summary>The requests about a task's aggregate shares.</summary>
    protected ScriptedRequest[] AggregateShareRequests(TestTask task) => [.. RequestsOf(task).Where(request => request.IsAggregateShare)];

    /// <summary>The report IDs that a request to the Helper carries.</summary>
    protected static IEnumerable<ReportId> ReportIdsOf(ScriptedRequest request) =>
        WireMessage.Decode<AggregationJobInitReq>(request.Body).VerifyInits.Select(init => init.ReportShare.ReportMetadata.ReportId);

    /// <summary>Everything the Leader has asked about a task.</summary>
    protected IEnumerable<ScriptedRequest> RequestsOf(TestTask task) =>
        Between.Requests.Where(request => request.Path.Contains(task.Id.ToString(), StringComparison.Ordinal));

    /// <summary>How many reports each side counts as aggregated in a task, the Leader first.</summary>
    protected async Task<(long Leader, long Helper)> AggregatedAsync(TestTask task)
    {
        const string sum = "coalesce(sum(report_count), 0)::bigint";
        return (await LeaderScalarAsync<long>(task, sum, "batch_bucket_shards"), await HelperScalarAsync<long>(task, sum, "batch_bucket_shards"));
    }

    /// <summary>Lets the leases of aggregation jobs run out, as those of a killed driver do in time.</summary>
    protected static async Task ExpireLeasesAsync(TestDatabase database)
    {
        ArgumentNullException.ThrowIfNull(database);
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new("UPDATE aggregation_jobs SET lease_expiry = now() WHERE lease_token IS NOT NULL", connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(TestDatabase database, TestTask task, string what, string table)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(
            $"SELECT {what} FROM {table} WHERE task_key = (SELECT task_key FROM tasks WHERE task_id = $1)", connection);
#pragma warning restore CA2100
        command.Parameters.AddWithValue(task.Id.ToArray());
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
