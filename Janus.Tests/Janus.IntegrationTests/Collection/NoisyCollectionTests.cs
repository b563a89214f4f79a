using System.Net;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Collection;

/// <summary>Noise from the collection job to the result, whatever happens in between: DAP §8.5 (dp).</summary>
/// <remarks>A budget of a billionth makes noise of billions, so that none of it is zero by chance.</remarks>
public sealed class NoisyCollectionTests : DeploymentFixture
{
    private const string Laplace = "laplace:epsilon=1/1000000000";
    private const string Gaussian = "gaussian:epsilon=1/1000000000";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <inheritdoc/>
    protected override AggregatorRoles LeaderRoles => AggregatorRoles.All & ~AggregatorRoles.CollectionJobDriver;

    [TestCase("histogram:4:2", Laplace, Laplace, false)]
    [TestCase("histogram:4:2", Gaussian, null, true)]
    [TestCase("sum:1000", Laplace, Gaussian, true)]
    [TestCase("count", null, Gaussian, false)]
    public async Task The_result_is_the_true_aggregate_and_the_noise_that_each_aggregator_has_stored(
        string vdaf, string? leaderNoise, string? helperNoise, bool asynchronous)
    {
        await using TestAggregator driver = await StartDriverAsync();
        TestTask task = await AddTaskAsync(new TestTaskOptions
        {
            Vdaf = VdafDescription.Parse(vdaf),
            LeaderNoise = leaderNoise,
            HelperNoise = helperNoise,
            Asynchronous = asynchronous,
        });
        await Deployment.UploadAsync(task, 1, 1, 0);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That((await NoiseAsync(task, Role.Leader) is not null, await NoiseAsync(task, Role.Helper) is not null),
            Is.EqualTo((leaderNoise is not null, helperNoise is not null)));
        UInt128[] truth = vdaf.StartsWith("histogram", StringComparison.Ordinal) ? [1, 2, 0, 0] : [2];
        Assert.That(batch.Aggregate, Is.EqualTo(await WithNoiseAsync(task, truth)).And.Not.EqualTo(truth));
    }

    [Test]
    public async Task Noise_is_drawn_once_although_the_helper_answers_late_and_the_driver_is_killed_in_between(
        [Values] bool asynchronous, [Values] bool helperHasAnswered)
    {
        TestTask task = await AddTaskAsync(new TestTaskOptions { LeaderNoise = Laplace, HelperNoise = Laplace, Asynchronous = asynchronous });
        TestAggregator driver = await StartDriverAsync();
        TaskCompletionSource reached = new();
        TaskCompletionSource killed = new();
        Between.ScriptFirst(
            request => request.IsAggregateShare && request.Path.Contains(task.Id.ToString(), StringComparison.Ordinal),
            async (request, context) =>
            {
                if (helperHasAnswered)
                {
                    await Between.Change((_, _) => Task.CompletedTask)(request, context);
                }

                reached.SetResult();
                await killed.Task;
                context.Abort();
                return true;
            },
            ScriptedHelper.Status(HttpStatusCode.ServiceUnavailable));
        await Deployment.UploadAsync(task, 0, 1, 1);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        Uri at = Deployment.At(await Deployment.CreateCollectionJobAsync(task, request));

        // The Helper hears of the collection: the noise is stored, and the share that it is in.
        await reached.Task.WaitAsync(Patience);
        byte[] noise = (await StoredAsync(task, Role.Leader))!;
        byte[]? helperNoise = await StoredAsync(task, Role.Helper);
        CollectionJob job = (await Deployment.Leader.Get<CollectionJobStore>().FindAsync(await KeyAsync(task, Role.Leader), IdOf(at), default))!;
        byte[] share = await Deployment.Leader.Get<CollectionJobStore>().ReadLeaderAggregateShareAsync(job, default);
        await driver.KillAsync();
        killed.SetResult();
        await ExpireAsync(Deployment.LeaderDatabase, task);

        await using TestAggregator next = await StartDriverAsync();
        HttpAnswer answer = await TestDeployment.AwaitAsync(task, at);
        CollectedBatch batch = CollectedBatch.Open(task, request, answer, at);
        byte[]? given = task.Open(Role.Leader, request, answer.Decode<CollectionJobResp>().LeaderEncryptedAggShare);
        ScriptedRequest[] asked = [.. AggregateShareRequests(task).Where(one => one.Method == "POST")];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await StoredAsync(task, Role.Leader), Is.EqualTo(noise), "not even encrypted anew");
            Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "batch_noise"), Is.EqualTo(1));
            Assert.That(await HelperScalarAsync<long>(task, "count(*)", "batch_noise"), Is.EqualTo(1));
            Assert.That(given, Is.EqualTo(share));
            Assert.That(asked.Select(one => one.Body), Has.Exactly(asked.Length).EqualTo(asked[0].Body));
            Assert.That(asked, Has.Length.GreaterThan(2));
            Assert.That(batch.Aggregate, Is.EqualTo(await WithNoiseAsync(task, 1, 2, 0, 0)));
            if (helperNoise is not null)
            {
                Assert.That(await StoredAsync(task, Role.Helper), Is.EqualTo(helperNoise));
            }
        }
    }

    [Test]
    public async Task A_batch_that_is_collected_again_after_a_failure_gets_the_same_noise(
        [Values(BatchMode.TimeInterval, BatchMode.LeaderSelected)] BatchMode mode)
    {
        await using TestAggregator driver = await StartDriverAsync();
        TestTask task = await AddTaskAsync(new TestTaskOptions { BatchMode = mode, LeaderNoise = Laplace });
        Between.ScriptFirst(request => request.IsAggregateShare, ScriptedHelper.Problem(DapProblemType.BatchMismatch, "the Helper counts otherwise"));
        await Deployment.UploadAsync(task, 0, 2, 2);
        CollectionJobReq request = TestDeployment.RequestFor(task);
        HttpAnswer failed = await TestDeployment.AwaitAsync(task, Deployment.At(await Deployment.CreateCollectionJobAsync(task, request)));
        Assert.That(failed.Problem.DapType, Is.EqualTo(DapProblemType.BatchMismatch));
        byte[] noise = (await StoredAsync(task, Role.Leader))!;

        CollectedBatch batch = await Deployment.CollectAsync(task, request);
        Assert.That(await StoredAsync(task, Role.Leader), Is.EqualTo(noise));
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "batch_noise"), Is.EqualTo(1));
        Assert.That(batch.Aggregate, Is.EqualTo(await WithNoiseAsync(task, 1, 0, 2, 0)));
    }

    [Test]
    public async Task A_driver_that_is_killed_before_its_noise_is_stored_has_told_nobody()
    {
        TestTask task = await AddTaskAsync(new TestTaskOptions { LeaderNoise = Laplace, HelperNoise = Laplace });
        TestAggregator driver = await StartDriverAsync();
        CollectionJobReq request = TestDeployment.RequestFor(task);
        Uri at;
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Deployment.LeaderDatabase, "batch_noise"))
        {
            await Deployment.UploadAsync(task, 0, 1, 1);
            at = Deployment.At(await Deployment.CreateCollectionJobAsync(task, request));
            await gate.WaitForAsync(1, statement: "BatchNoiseStore.Insert");
            Assert.That(AggregateShareRequests(task), Is.Empty);
            await TerminateAsync(Deployment.LeaderDatabase, "BatchNoiseStore.Insert");
            await driver.KillAsync();
            await gate.OpenAsync();
        }

        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "batch_noise"), Is.Zero);
        Assert.That(await LeaderScalarAsync<long>(task, "count(*)", "collected_batches"), Is.Zero);
        await ExpireAsync(Deployment.LeaderDatabase, task);
        await using TestAggregator next = await StartDriverAsync();
        CollectedBatch batch = CollectedBatch.Open(task, request, await TestDeployment.AwaitAsync(task, at), at);
        Assert.That(batch.Aggregate, Is.EqualTo(await WithNoiseAsync(task, 1, 2, 0, 0)));
    }

    [Test]
    public async Task A_helper_answers_the_identical_request_with_the_same_noise_and_no_other([Values] bool asynchronous)
    {
        TestTask task = await AddTaskAsync(new TestTaskOptions { HelperNoise = Gaussian, Asynchronous = asynchronous });
        await using TestAggregator driver = await StartDriverAsync();
        await Deployment.UploadAsync(task, 0, 1, 1);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        byte[] noise = (await StoredAsync(task, Role.Helper))!;
        AggregateShareReq asked = WireMessage.Decode<AggregateShareReq>(AggregateShareRequests(task)[0].Body);
        Uri shares = new(Deployment.Helper.Endpoint, $"tasks/{task.Id}/aggregate_shares");
        HttpAnswer first = await RawHttp.PostAsync(shares, DapVersion.Newest.MediaTypes.AggregateShareReq, WireMessage.Encode(asked), task.AggregatorToken);
        HttpAnswer again = await RawHttp.PostAsync(shares, DapVersion.Newest.MediaTypes.AggregateShareReq, WireMessage.Encode(asked), task.AggregatorToken);
        Assert.That(again.Body, Is.Not.Empty.And.EqualTo(first.Body));

        AggregateShareReq other = asked with { ReportCount = asked.ReportCount + 1 };
        HttpAnswer refused = await RawHttp.PostAsync(shares, DapVersion.Newest.MediaTypes.AggregateShareReq, WireMessage.Encode(other), task.AggregatorToken);
        if (!asynchronous)
        {
            Assert.That(refused.Problem.DapType, Is.EqualTo(DapProblemType.BatchOverlap));
        }

        Assert.That(await StoredAsync(task, Role.Helper), Is.EqualTo(noise));
        Assert.That(await HelperScalarAsync<long>(task, "count(*)", "batch_noise"), Is.EqualTo(1));
        Assert.That(batch.Aggregate, Is.EqualTo(await WithNoiseAsync(task, 1, 2, 0, 0)));
    }

    private Task<TestTask> AddTaskAsync(TestTaskOptions options) => Deployment.AddTaskAsync(options);

    private Task<TestAggregator> StartDriverAsync() => Deployment.StartBesideLeaderAsync(AggregatorRoles.CollectionJobDriver);

    private async Task<int> KeyAsync(TestTask task, Role role) =>
        (await (role == Role.Leader ? Deployment.Leader : Deployment.Helper).Get<TaskStore>().FindAsync(task.Id, default))!.Key;

    private static CollectionJobId IdOf(Uri job) => CollectionJobId.Parse(job.Segments[^1]);

    // The noise as it lies in the database.
    private Task<byte[]?> StoredAsync(TestTask task, Role role) => OfNoiseAsync(task, role, "noise");

    private async Task<byte[]?> OfNoiseAsync(TestTask task, Role role, string column)
    {
        string what = $"coalesce((array_agg({column}))[1], ''::bytea)";
        byte[] found = role == Role.Leader
            ? await LeaderScalarAsync<byte[]>(task, what, "batch_noise")
            : await HelperScalarAsync<byte[]>(task, what, "batch_noise");
        return found.Length > 0 ? found : null;
    }

    private async Task<byte[]?> NoiseAsync(TestTask task, Role role)
    {
        if (await OfNoiseAsync(task, role, "first_bucket") is not { } first || await OfNoiseAsync(task, role, "last_bucket") is not { } last)
        {
            return null;
        }

        BatchNoiseStore store = (role == Role.Leader ? Deployment.Leader : Deployment.Helper).Get<BatchNoiseStore>();
        return (await store.FindAsync(await KeyAsync(task, role), new BatchRange(first, last), [], default))!.Share;
    }

    // The true aggregate and all stored noise, in the field.
    private async Task<UInt128[]> WithNoiseAsync(TestTask task, params UInt128[] truth)
    {
        byte[] sum = new byte[task.Vdaf.AggShareLength([])];
        int size = sum.Length / truth.Length;
        for (int i = 0; i < truth.Length; i++)
        {
            sum[i * size] = (byte)truth[i];
        }

        foreach (Role role in new[] { Role.Leader, Role.Helper })
        {
            if (await NoiseAsync(task, role) is { } noise)
            {
                task.Vdaf.Merge([], sum, noise);
            }
        }

        return task.Vdaf.Unshard([], [sum, new byte[sum.Length]], 1);
    }

    private static Task ExpireAsync(TestDatabase database, TestTask task) => ExecuteAsync(
        database,
        "UPDATE collection_jobs SET lease_expiry = now(), next_attempt_at = now() WHERE task_key = (SELECT task_key FROM tasks WHERE task_id = $1)",
        task.Id.ToArray());

    // As a killed process leaves it: its connection ends, and so does what it had begun.
    private static Task TerminateAsync(TestDatabase database, string statement) => ExecuteAsync(
        database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND position('-- ' || $1 in query) = 1", statement);

    private static async Task ExecuteAsync(TestDatabase database, string sql, object parameter)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }
}
