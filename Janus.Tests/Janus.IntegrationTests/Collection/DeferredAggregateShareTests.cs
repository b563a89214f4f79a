using System.Net;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>
/// The aggregate shares of a Helper that defers them, before, while and after a driver has them: DAP §3.1
/// (asynchronous-request-handling), §4.6.4 (collect-aggregate).
/// </summary>
public sealed class DeferredAggregateShareTests : EndpointFixture
{
    private static readonly byte[] AggParam = MultiRoundVdaf.AggParam(2, 5);
    private static readonly UInt128[] Aggregate = [12, 30];

    /// <summary>Aggregation jobs are driven; aggregate shares only when a test starts a driver.</summary>
    protected override AggregatorRoles Roles => AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver;

    [SetUp]
    public Task DropQueue() => ExecuteAsync("DELETE FROM aggregate_shares");

    [Test]
    public async Task A_deferred_share_is_answered_at_once_with_its_location_and_a_time_to_poll()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer[] created = await RaceAsync(4, () => leader.PostShareOnceAsync(request));
        Uri resource = At(created[0].Location!);
        foreach (HttpAnswer answer in created.Append(await RawHttp.GetAsync(resource, leader.Task.AggregatorToken)))
        {
            AssertDeferred(leader, answer);
            Assert.That(answer.Location, Is.EqualTo(created[0].Location));
        }

        Assert.That(await CountAsync("aggregate_shares", leader.Task), Is.EqualTo(1));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);

        await using TestAggregator driver = await StartDriverAsync();
        HttpAnswer share = await leader.AwaitAsync(created[0]);
        Assert.That(leader.Unshard(request, share), Is.EqualTo(Aggregate));
        Assert.That((share.ContentType, share.Location, share.RetryAfter), Is.EqualTo((DapVersion.Newest.MediaTypes.AggregateShare, created[0].Location, (string?)null)));
        Assert.That((await RawHttp.GetAsync(resource, leader.Task.AggregatorToken)).Body, Is.EqualTo(share.Body));
        HttpAnswer again = await leader.PostShareOnceAsync(request);
        Assert.That((again.Location, again.Body), Is.EqualTo((share.Location, share.Body)));
        Assert.That(await CountAsync("aggregate_shares", leader.Task, "request IS NULL"), Is.EqualTo(1));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.EqualTo(1));
    }

    [Test]
    public async Task The_time_to_poll_is_as_long_as_the_queue_has_waited_up_to_a_limit()
    {
        ScriptedLeader leader = await AggregatedAsync();
        HttpAnswer first = await leader.PostShareOnceAsync(leader.ShareRequest(AllTime()));
        Clock.Advance(TimeSpan.FromSeconds(5));
        HttpAnswer second = await leader.PostShareOnceAsync(leader.ShareRequest(LastBuckets(1)));
        Clock.Advance(TimeSpan.FromMinutes(1));
        HttpAnswer polled = await RawHttp.GetAsync(At(first.Location!), leader.Task.AggregatorToken);
        Assert.That(new[] { first, second, polled }.Select(answer => answer.RetryAfter), Is.EqualTo(new[] { "2", "5", "9" }));
    }

    [Test]
    public async Task A_deferred_request_that_is_refused_is_given_its_problem_at_every_poll_and_uses_nothing_up()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq right = leader.ShareRequest(AllTime());
        CollectionJobReq otherAggParam = right.CollectionJobReq with { AggParam = MultiRoundVdaf.AggParam(2, 6) };
        (AggregateShareReq Request, DapProblemType Type)[] cases =
        [
            (right with { ReportCount = 4 }, DapProblemType.BatchMismatch),
            (right with { Checksum = BatchChecksum.Empty }, DapProblemType.BatchMismatch),
            (leader.ShareRequest(BatchSelector.TimeInterval(new Interval(default, new Duration(5)))), DapProblemType.InvalidBatchSize),
            (right with { CollectionJobReq = otherAggParam }, DapProblemType.InvalidMessage),
        ];
        HttpAnswer[] created = await Task.WhenAll(cases.Select(one => leader.PostShareOnceAsync(one.Request)));
        await using (TestAggregator driver = await StartDriverAsync())
        {
            for (int i = 0; i < cases.Length; i++)
            {
                AssertDeferred(leader, created[i]);
                AssertProblem(await leader.AwaitAsync(created[i]), cases[i].Type, leader.Task.Id);
            }
        }

        for (int i = 0; i < cases.Length; i++)
        {
            HttpAnswer once = await RawHttp.GetAsync(At(created[i].Location!), leader.Task.AggregatorToken);
            HttpAnswer twice = await RawHttp.GetAsync(At(created[i].Location!), leader.Task.AggregatorToken);
            AssertProblem(once, cases[i].Type, leader.Task.Id);
            Assert.That(twice.Body, Is.EqualTo(once.Body));
        }

        Assert.That(await CountAsync("aggregate_shares", leader.Task, "state = 3 AND request IS NULL AND lease_token IS NULL"), Is.EqualTo(4));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
        await using TestAggregator another = await StartDriverAsync();
        Assert.That(leader.Unshard(right, await leader.PostShareAsync(right)), Is.EqualTo(Aggregate));
    }

    [Test]
    public async Task A_deferred_request_for_a_batch_that_was_collected_since_overlaps()
    {
        ScriptedLeader leader = await AggregatedAsync();
        HttpAnswer first = await leader.PostShareOnceAsync(leader.ShareRequest(AllTime()));
        HttpAnswer second = await leader.PostShareOnceAsync(leader.ShareRequest(LastBuckets(3)));
        await using TestAggregator driver = await StartDriverAsync();
        HttpAnswer[] answers = [await leader.AwaitAsync(first), await leader.AwaitAsync(second)];
        AssertOk(answers.MinBy(answer => answer.Status)!);
        AssertProblem(answers.MaxBy(answer => answer.Status)!, DapProblemType.BatchOverlap, leader.Task.Id);
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.EqualTo(1));
    }

    [Test]
    public async Task The_identical_request_after_a_refusal_is_in_progress_again()
    {
        ScriptedLeader leader = await AggregatedAsync();
        MadeReport fourth = Reports(leader).Make(4)[0];
        AggregateShareReq request = leader.ShareRequest(AllTime());
        AggregateShareReq early = request with { ReportCount = 4, Checksum = request.Checksum.Combine(ReportIdChecksum.Of(fourth.Id)) };
        HttpAnswer refused;
        await using (TestAggregator driver = await StartDriverAsync())
        {
            refused = await leader.PostShareAsync(early);
        }

        AssertProblem(refused, DapProblemType.BatchMismatch, leader.Task.Id);
        await leader.AggregateAsync([fourth]);
        HttpAnswer again = await leader.PostShareOnceAsync(early);
        AssertDeferred(leader, again);
        AssertDeferred(leader, await RawHttp.GetAsync(At(again.Location!), leader.Task.AggregatorToken));
        Assert.That(await CountAsync("aggregate_shares", leader.Task), Is.EqualTo(1));
        await using TestAggregator another = await StartDriverAsync();
        Assert.That(leader.Unshard(early, await leader.AwaitAsync(again)), Is.EqualTo(new UInt128[] { 20, 50 }));
    }

    [Test]
    public async Task A_request_that_is_not_in_order_is_refused_at_once_and_not_stored()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq right = leader.ShareRequest(AllTime());
        CollectionJobReq job = right.CollectionJobReq;
        (AggregateShareReq Request, DapProblemType Type)[] cases =
        [
            (right with { CollectionJobReq = job with { Extensions = [new((CollectionJobExtensionType)7, default)] } }, DapProblemType.UnsupportedExtension),
            (right with { CollectionJobReq = job with { AggParam = new byte[] { 1 } } }, DapProblemType.InvalidAggregationParameter),
            (right with { BatchSelector = BatchSelector.LeaderSelected(BatchId.Random()) }, DapProblemType.InvalidMessage),
            (right with { BatchSelector = BatchSelector.TimeInterval(new Interval(CurrentTime, new Duration(7))) }, DapProblemType.BatchInvalid),
        ];
        foreach ((AggregateShareReq request, DapProblemType type) in cases)
        {
            AssertProblem(await leader.PostShareOnceAsync(request), type, leader.Task.Id);
        }

        AssertProblem(await leader.PostShareOnceAsync(WireMessage.Encode(right)[..^1]), DapProblemType.InvalidMessage, leader.Task.Id);
        Assert.That(await CountAsync("aggregate_shares", leader.Task), Is.Zero);
    }

    [Test]
    public async Task A_share_that_is_deleted_before_a_driver_has_it_is_never_computed()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer created = await leader.PostShareOnceAsync(request);
        await DeleteAsync(leader, created);

        ScriptedLeader other = await AggregatedAsync();
        await using TestAggregator driver = await StartDriverAsync();
        AssertOk(await other.PostShareAsync(other.ShareRequest(AllTime())));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
        Assert.That(await CountAsync("aggregate_shares", leader.Task, "request IS NOT NULL"), Is.Zero);

        Assert.That(leader.Unshard(request, await leader.PostShareAsync(request)), Is.EqualTo(Aggregate));
    }

    [Test]
    public async Task A_share_that_is_deleted_while_a_driver_has_it_collects_nothing()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer created = await leader.PostShareOnceAsync(request);
        AggregateShareStore store = Aggregator.Get<AggregateShareStore>();
        Lease<StoredAggregateShare> lease = (await store.AcquireAsync(1, TimeSpan.FromMinutes(1), Clock.GetUtcNow(), default)).Single();
        await DeleteAsync(leader, created);

        Assert.That(await CommitAsync(leader, lease), Is.InstanceOf<AggregateShareOutcome.Overtaken>());
        Assert.That(await store.FailAsync(lease, DapProblemType.BatchMismatch.Urn, "too late", default), Is.False);
        AssertProblem(await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken), HttpStatusCode.NotFound);
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);

        // Made again, it is another driver's.
        AssertDeferred(leader, await leader.PostShareOnceAsync(request));
        Assert.That(await CommitAsync(leader, lease), Is.InstanceOf<AggregateShareOutcome.Overtaken>());
        await using TestAggregator driver = await StartDriverAsync();
        Assert.That(leader.Unshard(request, await leader.PostShareAsync(request)), Is.EqualTo(Aggregate));
    }

    [Test]
    public async Task A_share_that_is_deleted_when_it_is_there_is_given_again_to_the_same_request_without_a_driver()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer share;
        await using (TestAggregator driver = await StartDriverAsync())
        {
            share = await leader.PostShareAsync(request);
        }

        await DeleteAsync(leader, share);
        HttpAnswer again = await leader.PostShareOnceAsync(request);
        Assert.That((again.Location, again.Body), Is.EqualTo((share.Location, share.Body)));
        Assert.That((await RawHttp.GetAsync(At(again.Location!), leader.Task.AggregatorToken)).Body, Is.EqualTo(share.Body));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.EqualTo(1));
    }

    [Test]
    public async Task A_share_that_is_deleted_after_it_was_refused_is_gone_until_the_same_request_makes_it_again()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime()) with { ReportCount = 4 };
        HttpAnswer created = await leader.PostShareOnceAsync(request);
        await using (TestAggregator driver = await StartDriverAsync())
        {
            AssertProblem(await leader.AwaitAsync(created), DapProblemType.BatchMismatch, leader.Task.Id);
        }

        await DeleteAsync(leader, created);
        AssertDeferred(leader, await leader.PostShareOnceAsync(request));
    }

    [Test]
    public async Task A_delete_that_races_with_the_driver_leaves_a_batch_that_can_be_collected_or_is()
    {
        await using TestAggregator driver = await StartDriverAsync();
        for (int i = 0; i < 25; i++)
        {
            ScriptedLeader leader = await AggregatedAsync();
            AggregateShareReq request = leader.ShareRequest(AllTime());
            HttpAnswer created = await leader.PostShareOnceAsync(request);
            // At first the delete wins, later the driver.
            await Task.Delay(i / 2);
            await DeleteAsync(leader, created);
            bool isCollected = await CountAsync("collected_batches", leader.Task) == 1;
            Assert.That(await CountAsync("aggregate_shares", leader.Task, "response IS NOT NULL"), Is.EqualTo(isCollected ? 1 : 0));

            HttpAnswer share = await leader.PostShareAsync(request);
            Assert.That(leader.Unshard(request, share), Is.EqualTo(Aggregate));
            Assert.That((await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken)).Body, Is.EqualTo(share.Body));
            Assert.That(await CountAsync("collected_batches", leader.Task), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task A_driver_whose_lease_has_run_out_changes_nothing_that_the_next_one_gave()
    {
        ScriptedLeader leader = await AggregatedAsync();
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer created = await leader.PostShareOnceAsync(request);
        AggregateShareStore store = Aggregator.Get<AggregateShareStore>();
        Lease<StoredAggregateShare> stuck = (await store.AcquireAsync(1, TimeSpan.FromMinutes(1), Clock.GetUtcNow(), default)).Single();
        AssertDeferred(leader, await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken));
        Clock.Advance(TimeSpan.FromMinutes(1));

        await using TestAggregator driver = await StartDriverAsync();
        HttpAnswer share = await leader.AwaitAsync(created);
        Assert.That(leader.Unshard(request, share), Is.EqualTo(Aggregate));
        Assert.That(await CommitAsync(leader, stuck), Is.InstanceOf<AggregateShareOutcome.Overtaken>());
        Assert.That(await store.FailAsync(stuck, DapProblemType.BatchMismatch.Urn, "too late", default), Is.False);
        Assert.That((await RawHttp.GetAsync(At(created.Location!), leader.Task.AggregatorToken)).Body, Is.EqualTo(share.Body));
    }

    [Test]
    public async Task A_share_whose_request_cannot_be_read_does_not_hold_up_the_others()
    {
        ScriptedLeader leader = await AggregatedAsync();
        await leader.PostShareOnceAsync(leader.ShareRequest(AllTime()));
        await ExecuteAsync("UPDATE aggregate_shares SET request = '\\x0102'");
        ScriptedLeader other = await AggregatedAsync();
        await using TestAggregator driver = await StartDriverAsync();
        AssertOk(await other.PostShareAsync(other.ShareRequest(AllTime())));
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Helper.RetryAfter = TimeSpan.FromSeconds(2);
        options.Helper.MaximumRetryAfter = TimeSpan.FromSeconds(9);
    }

    private Task<TestAggregator> StartDriverAsync() =>
        TestAggregator.StartAsync(Database, AggregatorRoles.Aggregator | AggregatorRoles.CollectionJobDriver, Clock, datastoreKey: Aggregator.DatastoreKey);

    // A task with three reports aggregated at the current time.
    private async Task<ScriptedLeader> AggregatedAsync()
    {
        TestTaskOptions options = new() { MultiRound = new MultiRoundVdaf(1), Asynchronous = true };
        ScriptedLeader leader = new(await AddTaskAsync(Role.Helper, options), Aggregator.Endpoint, AggParam);
        await leader.AggregateAsync(Reports(leader).Make(1, 2, 3));
        return leader;
    }

    private ReportFactory Reports(ScriptedLeader leader) => new(leader.Task, null, HpkeConfig, CurrentTime);

    private BatchSelector AllTime() => LastBuckets(CurrentTime.Value + 1);

    private BatchSelector LastBuckets(ulong count) =>
        BatchSelector.TimeInterval(new Interval(new Time(CurrentTime.Value + 1 - count), new Duration(count)));

    // What a driver would write, had it computed this.
    private async Task<AggregateShareOutcome> CommitAsync(ScriptedLeader leader, Lease<StoredAggregateShare> lease)
    {
        StoredBatch batch = await Aggregator.Get<BatchStore>().ReadAsync(lease.Job.TaskKey, lease.Job.Range, _ => { }, default);
        Assert.That(batch.ReportCount, Is.EqualTo(leader.Committed.Count));
        StoredAggregateShare share = lease.Job with { State = AggregateShareState.Finished, Response = [1] };
        return await Aggregator.Get<AggregateShareStore>().CommitAsync(new AggregateShareCommit(share, batch, AggParam), lease, Clock.GetUtcNow(), default);
    }

    private async Task DeleteAsync(ScriptedLeader leader, HttpAnswer created)
    {
        Uri resource = At(created.Location!);
        AssertOk(await RawHttp.DeleteAsync(resource, leader.Task.AggregatorToken));
        AssertProblem(await RawHttp.GetAsync(resource, leader.Task.AggregatorToken), HttpStatusCode.NotFound);
        AssertProblem(await RawHttp.DeleteAsync(resource, leader.Task.AggregatorToken), HttpStatusCode.NotFound);
    }

    private static void AssertDeferred(ScriptedLeader leader, HttpAnswer answer)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(answer.Body, Is.Empty);
            Assert.That(answer.Location, Does.Match($"^/tasks/{leader.Task.Id}/aggregate_shares/[A-Za-z0-9_-]{{22}}$"));
            Assert.That(answer.RetryAfter, Is.EqualTo("2"));
        }
    }
}
