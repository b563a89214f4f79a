using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Collection;

/// <summary>A Leader whose Helper defers aggregate shares, from the Collector's request to the result: DAP §4.6 (collect-flow).</summary>
public sealed class DeferredCollectionTests : DeploymentFixture
{
    private const int Polls = 3;

    [Test]
    public async Task A_deferred_share_is_polled_at_its_location_until_it_is_there(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        TestTask task = await AddTaskAsync(mode);
        await using HelperStop stop = await HelperStop.BeginAsync(Deployment.HelperDatabase);
        await Deployment.UploadAsync(task, 1, 1, 2);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        HttpAnswer created = await Deployment.CreateCollectionJobAsync(task, request);
        Assert.That(() => PollsOf(task), Has.Length.GreaterThanOrEqualTo(Polls).After(60_000, 50));
        Assert.That(await LeaderScalarAsync<short>(task, "state", "collection_jobs"), Is.EqualTo(2), "fenced");
        Assert.That((await RawHttp.GetAsync(Deployment.At(created), task.CollectorToken)).Body, Is.Empty);

        await stop.EndAsync();
        CollectedBatch batch = CollectedBatch.Open(task, request, await TestDeployment.AwaitAsync(task, Deployment.At(created)), Deployment.At(created));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 0, 2, 1, 0 }));
            AssertIdentical(AggregateShareRequests(task));
            Assert.That(PollsOf(task).Select(poll => poll.Path).Distinct().Count(), Is.EqualTo(1));
            Assert.That(await HelperScalarAsync<long>(task, "count(*)", "aggregate_shares"), Is.EqualTo(1));
            Assert.That(await HelperScalarAsync<long>(task, "count(*)", "collected_batches"), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_deferred_share_that_is_refused_fails_the_job_and_the_identical_request_is_tried_again(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        TestTask task = await AddTaskAsync(mode);
        await Deployment.UploadAsync(task, 0, 2, 2);
        Assert.That(
            () => LeaderScalarAsync<long>(task, "coalesce(sum(report_count), 0)::bigint", "batch_bucket_shards"), Is.EqualTo(3).After(30_000, 50));
        await MiscountAsync(task, 1);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        Uri job = Deployment.At(await Deployment.CreateCollectionJobAsync(task, request));
        HttpAnswer failed = await TestDeployment.AwaitAsync(task, job);
        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));
        Assert.That(failed.Problem.Detail, Does.Contain("the Leader counts 3 reports, the Helper 4"));
        Assert.That(PollsOf(task), Is.Not.Empty, "the problem came with a poll");

        await MiscountAsync(task, -1);
        CollectedBatch batch = await Deployment.CollectAsync(task, request);
        Assert.That(batch.Job, Is.Not.EqualTo(job));
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 0, 2, 0 }));
        ScriptedRequest[] asked = AggregateShareRequests(task);
        Assert.That(asked, Has.Length.GreaterThanOrEqualTo(2));
        AssertIdentical(asked);
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "aggregate_shares"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_deferred_share_that_the_helper_does_not_know_any_more_is_asked_for_with_the_identical_request()
    {
        TestTask task = await AddTaskAsync(BatchMode.TimeInterval);
        Between.ScriptFirst(IsPoll, ScriptedHelper.Status(HttpStatusCode.NotFound));
        await Deployment.UploadAsync(task, 0, 1, 2);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
        ScriptedRequest[] asked = AggregateShareRequests(task);
        Assert.That(asked, Has.Length.GreaterThanOrEqualTo(2));
        AssertIdentical(asked);
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "collected_batches"), Is.EqualTo(1));
    }

    [Test]
    public async Task Polls_that_fail_are_repeated()
    {
        TestTask task = await AddTaskAsync(BatchMode.TimeInterval);
        Between.ScriptFirst(
            IsPoll,
            ScriptedHelper.Status(HttpStatusCode.InternalServerError),
            ScriptedHelper.Status(HttpStatusCode.Unauthorized),
            ScriptedHelper.Answer(DapVersion.Newest.MediaTypes.AggregateShare, [1, 2, 3]),
            Between.LoseAnswer());
        await Deployment.UploadAsync(task, 0, 1, 2);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
        AssertIdentical(AggregateShareRequests(task));
        Assert.That(PollsOf(task), Has.Length.GreaterThanOrEqualTo(5));
    }

    [Test]
    public async Task The_share_is_asked_for_with_the_parameter_that_its_batch_was_aggregated_with([Values] bool asynchronous)
    {
        byte[] aggParam = MultiRoundVdaf.AggParam(2, 5);
        TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { MultiRound = new MultiRoundVdaf(2), Asynchronous = asynchronous });
        await Deployment.UploadAsync(task, 1, 2, 3);
        CollectedBatch batch = await Deployment.CollectAsync(task, TestDeployment.RequestFor(task) with { AggParam = aggParam });
        Assert.That(batch.Aggregate, Is.EqualTo(new UInt128[] { 12, 30 }));
        byte[][] ofJobs = [.. AggregationJobRequests(task).Select(one => WireMessage.Decode<AggregationJobInitReq>(one.Body).Header.AggParam.ToArray())];
        byte[][] ofShares = [.. AggregateShareRequests(task).Select(one => WireMessage.Decode<AggregateShareReq>(one.Body).CollectionJobReq.AggParam.ToArray())];
        Assert.That(ofJobs, Is.Not.Empty.And.All.EqualTo(aggParam));
        Assert.That(ofShares, Is.Not.Empty.And.All.EqualTo(aggParam));
    }

    private Task<TestTask> AddTaskAsync(BatchMode mode) =>
        Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = mode, Asynchronous = true });

    private ScriptedRequest[] PollsOf(TestTask task) =>
        [.. Between.Requests.Where(request => IsPoll(request) && request.Path.Contains(task.Id.ToString(), StringComparison.Ordinal))];

    private static bool IsPoll(ScriptedRequest request) => request.IsToAggregateShare && request.Method == "GET";

    // The Leader may have lost patience with an answer, and asked again.
    private static void AssertIdentical(ScriptedRequest[] requests) =>
        Assert.That(requests.Select(request => request.Body), Is.Not.Empty.And.All.EqualTo(requests[0].Body));

    // Lets the Helper believe that it has aggregated more reports.
    private async Task MiscountAsync(TestTask task, int more)
    {
        await using NpgsqlConnection connection = new(Deployment.HelperDatabase.ConnectionString);
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(
            "UPDATE batch_bucket_shards SET report_count = report_count + $2 WHERE task_key = (SELECT task_key FROM tasks WHERE task_id = $1)",
            connection);
        command.Parameters.AddWithValue(task.Id.ToArray());
        command.Parameters.AddWithValue(more);
        Assert.That(await command.ExecuteNonQueryAsync(), Is.Positive);
    }

    /// <summary>Keeps the Helper's drivers from marking batches collected, which is the last thing they do.</summary>
    private sealed class HelperStop : IAsyncDisposable
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlTransaction _transaction;

        private HelperStop(NpgsqlConnection connection, NpgsqlTransaction transaction)
        {
            _connection = connection;
            _transaction = transaction;
        }

        public static async Task<HelperStop> BeginAsync(TestDatabase database)
        {
            NpgsqlConnection connection = new(database.ConnectionString);
            await connection.OpenAsync();
            NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using NpgsqlCommand command = new("LOCK TABLE collected_batches IN EXCLUSIVE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync();
            return new HelperStop(connection, transaction);
        }

        public Task EndAsync() => _transaction.RollbackAsync();

        public async ValueTask DisposeAsync()
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
        }
    }
}
