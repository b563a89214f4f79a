using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Datastore;

public sealed class AggregateShareStoreTests : DatastoreFixture
{
    private static readonly byte[] Request = [.. Enumerable.Repeat((byte)1, 32)];

    [Test]
    public async Task The_same_request_at_once_is_answered_with_one_share()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);

        AggregateShareOutcome[] outcomes = await RaceAsync(8, i => CommitAsync(task, Request, Range(5, 5), [(byte)i]));

        Assert.That(outcomes.OfType<AggregateShareOutcome.Committed>().Count(), Is.EqualTo(1));
        StoredAggregateShare stored = (await AggregateShares.FindByRequestAsync(task.Key, Request, Token))!;
        Assert.That(
            outcomes.OfType<AggregateShareOutcome.AlreadyExists>().Select(existing => existing.Share.Response),
            Has.Exactly(7).Items.And.All.EqualTo(stored.Response));
    }

    [Test]
    public async Task Another_request_for_a_collected_bucket_overlaps()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        await CommitAsync(task, Request, Range(5, 5), [1]);

        Assert.That(await CommitAsync(task, new byte[32], Range(9, 5), [2]), Is.InstanceOf<AggregateShareOutcome.Overlap>());
        Assert.That(await CommitAsync(task, new byte[32], Range(10, 5), [2]), Is.InstanceOf<AggregateShareOutcome.Committed>());
    }

    [Test]
    public async Task A_batch_that_is_not_the_one_read_changes_nothing()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        BatchBucketShard unknown = Shard(AggregationJobId.Random(), BatchRange.BucketOf(5), [ReportId.Random()], 5);
        StoredBatch imagined = new(Range(5, 5), [unknown], 0, false);

        AggregateShareOutcome outcome = await AggregateShares.CommitAsync(
            task.Key, AggregateShareId.Random(), Request, Range(5, 5), imagined, [1], Now, Token);

        Assert.That(outcome, Is.InstanceOf<AggregateShareOutcome.Changed>());
        Assert.That((await Batches.ReadAsync(task.Key, Range(5, 5), Token)).IsCollected, Is.False);
    }

    [Test]
    public async Task A_deleted_share_is_given_again_to_the_same_request()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        await CommitAsync(task, Request, Range(5, 5), [1]);
        AggregateShareId id = (await AggregateShares.FindByRequestAsync(task.Key, Request, Token))!.Id;

        bool deleted = await AggregateShares.DeleteAsync(task.Key, id, Token);
        bool again = await AggregateShares.DeleteAsync(task.Key, id, Token);
        bool isDeleted = (await AggregateShares.FindAsync(task.Key, id, Token))!.IsDeleted;
        AggregateShareOutcome outcome = await CommitAsync(task, Request, Range(5, 5), [2]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((deleted, again, isDeleted), Is.EqualTo((true, false, true)));
            Assert.That((outcome as AggregateShareOutcome.AlreadyExists)?.Share.Response, Is.EqualTo((byte[])[1]));
            Assert.That((await AggregateShares.FindAsync(task.Key, id, Token))!.IsDeleted, Is.False);
        }
    }

    private async Task<AggregateShareOutcome> CommitAsync(DapTask task, byte[] request, BatchRange range, byte[] response) =>
        await AggregateShares.CommitAsync(
            task.Key, AggregateShareId.Random(), request, range, await Batches.ReadAsync(task.Key, range, Token), response, Now, Token);
}
