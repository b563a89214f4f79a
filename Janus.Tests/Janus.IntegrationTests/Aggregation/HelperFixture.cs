using Janus.Aggregator;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Helper that answers at once, or defers its answers and has drivers.</summary>
/// <param name="asynchronous">Whether the Helper of the tests' tasks defers its answers.</param>
public abstract class HelperFixture(bool asynchronous) : EndpointFixture
{
    /// <summary>Whether the Helper of the tests' tasks defers its answers.</summary>
    protected bool IsAsynchronous => asynchronous;

    /// <inheritdoc/>
    protected override AggregatorRoles Roles => asynchronous
        ? AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver | AggregatorRoles.CollectionJobDriver
        : AggregatorRoles.Aggregator;

    /// <summary>The Leader of a new task.</summary>
    protected async Task<ScriptedLeader> LeaderAsync(TestTaskOptions? options = null, byte[]? aggParam = null) => new(
        await AddTaskAsync(Role.Helper, (options ?? new TestTaskOptions()) with { Asynchronous = asynchronous }), Aggregator.Endpoint, aggParam);

    /// <summary>Makes reports that the Helper can open.</summary>
    protected ReportFactory Reports(ScriptedLeader leader)
    {
        ArgumentNullException.ThrowIfNull(leader);
        return new ReportFactory(leader.Task, null, HpkeConfig, CurrentTime);
    }

    /// <summary>How many reports the Helper has committed in a task.</summary>
    protected Task<long> CommittedAsync(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return ScalarAsync<long>($"""
            SELECT coalesce(sum(report_count), 0)::bigint FROM batch_bucket_shards
            WHERE task_key = (SELECT task_key FROM tasks WHERE task_id = '\x{Convert.ToHexString(task.Id.ToArray())}')
            """);
    }
}
