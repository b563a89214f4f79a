using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class AggregateShareStoreTests : DatastoreFixture
{
    [Test]
    public async Task The_same_request_at_once_is_answered_with_one_share()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredAggregateShare share = NewShare(task, Range(5, 5));

        AggregateShareOutcome[] outcomes = await RaceAsync(8, i => CommitShareAsync(share, response: [(byte)i]));

        Assert.That(outcomes.OfType<AggregateShareOutcome.Committed>().Count(), Is.EqualTo(1));
        StoredAggregateShare stored = (await AggregateShares.FindAsync(task.Key, share.Id, Token))!;
        Assert.That(
            outcomes.OfType<AggregateShareOutcome.AlreadyExists>().Select(existing => existing.Share.Response),
            Has.Exactly(7).Items.And.All.EqualTo(stored.Response));
    }

    [Test]
    [Repeat(20)]
    public async Task The_same_request_deferred_at_once_is_in_progress_once()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredAggregateShare share = NewShare(task, Range(5, 5));

        StoredAggregateShare[] stored = await RaceAsync(8, _ => AggregateShares.DeferAsync(share, Now, Token));

        Assert.That(stored.Select(one => (one.Id, one.State)), Is.All.EqualTo((share.Id, AggregateShareState.InProgress)));
        Assert.That(await AggregateShares.AcquireAsync(10, Minute, Now, Token), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Another_request_for_a_collected_bucket_overlaps()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        await CommitShareAsync(NewShare(task, Range(5, 5)));

        Assert.That(await CommitShareAsync(NewShare(task, Range(9, 5))), Is.InstanceOf<AggregateShareOutcome.Overlap>());
        Assert.That(await CommitShareAsync(NewShare(task, Range(10, 5))), Is.InstanceOf<AggregateShareOutcome.Committed>());
    }

    [Test]
    public async Task A_batch_that_is_not_the_one_read_changes_nothing()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        BatchBucketShard unknown = Shard(AggregationJobId.Random(), BatchRange.BucketOf(5), [ReportId.Random()], 5);
        StoredBatch imagined = new(Range(5, 5), [unknown], 0, false);

        AggregateShareOutcome outcome = await CommitShareAsync(NewShare(task, Range(5, 5)), batch: imagined);

        Assert.That(outcome, Is.InstanceOf<AggregateShareOutcome.Changed>());
        Assert.That((await Batches.ReadAsync(task.Key, Range(5, 5), Token)).IsCollected, Is.False);
    }

    [Test]
    public async Task A_batch_of_another_aggregation_parameter_is_not_given()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        AggregationJobId job = AggregationJobId.Random();
        ReportId[] ids = [ReportId.Random()];
        await HelperJobs.CreateAsync(
            new HelperCommit
            {
                Job = new HelperAggregationJob
                {
                    TaskKey = task.Key,
                    Id = job,
                    State = AggregationJobState.Finished,
                    RequestHash = new byte[32],
                    AggParam = [7],
                    ReportCount = 1,
                    MinTime = 5,
                    MaxTime = 5,
                    Response = [],
                },
                Accepted = [new AcceptedReport(ids[0], 5, 0, 0)],
                Shards = [Shard(job, BatchRange.BucketOf(5), ids, 5)],
            },
            Now,
            Token);

        Assert.That(await CommitShareAsync(NewShare(task, Range(5, 5)), aggParam: [8]), Is.InstanceOf<AggregateShareOutcome.OtherAggParam>());
        Assert.That(await CommitShareAsync(NewShare(task, Range(5, 5)), aggParam: [7]), Is.InstanceOf<AggregateShareOutcome.Committed>());
    }

    [Test]
    public async Task A_deleted_share_is_given_again_to_the_same_request()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredAggregateShare share = NewShare(task, Range(5, 5));
        await CommitShareAsync(share);

        bool deleted = await AggregateShares.DeleteAsync(task.Key, share.Id, Token);
        bool again = await AggregateShares.DeleteAsync(task.Key, share.Id, Token);
        AggregateShareState? state = await StateAsync(share);
        AggregateShareOutcome outcome = await CommitShareAsync(share, response: [2]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((deleted, again, state), Is.EqualTo((true, false, AggregateShareState.Deleted)));
            Assert.That((outcome as AggregateShareOutcome.AlreadyExists)?.Share.Response, Is.EqualTo((byte[])[1]));
            Assert.That(await StateAsync(share), Is.EqualTo(AggregateShareState.Finished));
        }
    }

    [Test]
    public async Task Of_two_drivers_whose_leases_overlap_one_gives_the_share()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredAggregateShare share = await AggregateShares.DeferAsync(NewShare(task, Range(5, 5)), Now, Token);
        Lease<StoredAggregateShare> first = (await AggregateShares.AcquireAsync(1, Minute, Now, Token)).Single();
        Assert.That(await AggregateShares.AcquireAsync(1, Minute, Now, Token), Is.Empty);
        Lease<StoredAggregateShare> second = (await AggregateShares.AcquireAsync(1, Minute, Now + Minute, Token)).Single();
        Assert.That((first.Job.Request, second.Attempts), Is.EqualTo((share.Request, 2)));

        Assert.That(await CommitShareAsync(first.Job, first), Is.InstanceOf<AggregateShareOutcome.Overtaken>());
        Assert.That(await AggregateShares.FailAsync(first, "urn:example", "too late", Token), Is.False);
        Assert.That(await AggregateShares.ReleaseAsync(first, Now, Token), Is.False);
        Assert.That(await StateAsync(share), Is.EqualTo(AggregateShareState.InProgress));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM collected_batches"), Is.Zero);

        Assert.That(await CommitShareAsync(second.Job, second, response: [2]), Is.InstanceOf<AggregateShareOutcome.Committed>());
        Assert.That(await CommitShareAsync(second.Job, second, response: [3]), Is.InstanceOf<AggregateShareOutcome.Overtaken>());
        Assert.That((await AggregateShares.FindAsync(task.Key, share.Id, Token))!.Response, Is.EqualTo((byte[])[2]));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM collected_batches"), Is.EqualTo(1));
    }

    [Test]
    [Repeat(10)]
    public async Task A_driver_and_a_delete_at_once_agree_on_whether_the_batch_is_collected()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredAggregateShare share = await AggregateShares.DeferAsync(NewShare(task, Range(5, 5)), Now, Token);
        Lease<StoredAggregateShare> lease = (await AggregateShares.AcquireAsync(1, Minute, Now, Token)).Single();

        object[] outcomes = await RaceAsync<object>(2, async i => i == 0
            ? await CommitShareAsync(lease.Job, lease)
            : await AggregateShares.DeleteAsync(task.Key, share.Id, Token));

        bool given = outcomes[0] is AggregateShareOutcome.Committed;
        StoredAggregateShare stored = (await AggregateShares.FindAsync(task.Key, share.Id, Token))!;
        StoredAggregateShare again = await AggregateShares.DeferAsync(share, Now, Token);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes[1], Is.True, "there is a share to delete at any time");
            Assert.That(stored.State, Is.EqualTo(AggregateShareState.Deleted));
            Assert.That(stored.Response is not null, Is.EqualTo(given));
            Assert.That((await Batches.ReadAsync(task.Key, Range(5, 5), Token)).IsCollected, Is.EqualTo(given));
            Assert.That(again.State, Is.EqualTo(given ? AggregateShareState.Finished : AggregateShareState.InProgress));
        }

        await AggregateShares.DeleteAsync(task.Key, share.Id, Token);
    }

    [Test]
    public async Task The_first_due_share_is_the_one_that_has_waited_longest_for_a_driver()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        Assert.That(await AggregateShares.FirstDueAsync(Token), Is.Null);
        await AggregateShares.DeferAsync(NewShare(task, Range(5, 5)), Now, Token);
        await AggregateShares.DeferAsync(NewShare(task, Range(6, 5)), Now + Minute, Token);
        Assert.That(await AggregateShares.FirstDueAsync(Token), Is.EqualTo(Now));
        await AggregateShares.AcquireAsync(1, 10 * Minute, Now, Token);
        Assert.That(await AggregateShares.FirstDueAsync(Token), Is.EqualTo(Now + Minute));
    }

    private async Task<AggregateShareState?> StateAsync(StoredAggregateShare share) =>
        (await AggregateShares.FindAsync(share.TaskKey, share.Id, Token))?.State;
}
