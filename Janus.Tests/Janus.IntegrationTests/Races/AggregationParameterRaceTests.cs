using Janus.Datastore;

namespace Janus.IntegrationTests.Races;

/// <summary>Collection jobs of one task whose intervals overlap and whose aggregation parameters differ: of two, at most one can be collected.</summary>
public sealed class AggregationParameterRaceTests : RaceFixture
{
    [Test]
    public async Task Two_collections_of_one_interval_with_different_parameters_do_not_share_its_reports()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 10_500, 5);
        Lease<CollectionJob> older = await CollectAsync(task, Range(5, 1), Now, aggParam: [1]);
        Lease<CollectionJob> younger = await CollectAsync(task, Range(5, 1), Now + TimeSpan.FromSeconds(1), aggParam: [2]);
        AggregationJobLimits limits = new(1, 250, TimeSpan.Zero);
        await LeaderJobs.CreateForCollectionAsync(task, _ => limits, Now, Token);
        Assert.That(await ParametersAsync(), Is.EqualTo((string[])["01"]));
        await LeaderJobs.CreateForCollectionAsync(task, _ => limits, Now, Token);
        Assert.That(await ParametersAsync(), Is.EqualTo((string[])["01"]), "the rest is the older job's too");
        await FinishAllAsync(Now);

        Assert.That(await FenceAsync(younger, Range(5, 1), Now), Is.EqualTo(FenceOutcome.OtherAggParam));
        Assert.That(await FenceAsync(older, Range(5, 1), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That(await AggregatedAsync(task), Is.EqualTo(10_500));
    }

    [Test]
    public async Task A_closed_interval_is_aggregated_for_the_job_that_closed_it_alone()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 3);
        await UploadAsync(task, 4, 5);
        Lease<CollectionJob> first = await CollectAsync(task, Range(5, 2), Now, aggParam: [1]);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);

        // A neighbour that shares bucket 6, and reports of it that come before the first job closes.
        await CollectAsync(task, Range(6, 2), Now - TimeSpan.FromSeconds(1), aggParam: [2]);
        await UploadAsync(task, 3, 6);
        Assert.That(await CollectionJobs.CloseAsync(first, Range(5, 2), Now, Token), Is.EqualTo(FenceOutcome.Closed));
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> closed = first with { Job = first.Job with { ClosedAt = Now } };
        Assert.That(await FenceAsync(closed, Range(5, 2), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That(await ParametersAsync(), Is.EqualTo((string[])["01"]));
    }

    [Test]
    public async Task An_older_collection_that_gets_enough_reports_later_leaves_those_of_a_younger_one_alone()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 4);
        await CollectAsync(task, Range(5, 2), Now, aggParam: [1]);
        Lease<CollectionJob> younger = await CollectAsync(task, Range(6, 3), Now + TimeSpan.FromSeconds(1), aggParam: [2]);
        await UploadAsync(task, 4, 8);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        Assert.That(await ParametersAsync(), Is.EqualTo((string[])["02"]), "the older one has too few reports");

        await UploadAsync(task, 4, 6);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);

        Assert.That(await ParametersAsync(), Is.EqualTo((string[])["02"]));
        Assert.That(await FenceAsync(younger, Range(6, 3), Now), Is.EqualTo(FenceOutcome.Fenced));
        Assert.That(await AggregatedAsync(task), Is.EqualTo(8));
    }

    [Test]
    public async Task A_collection_of_reports_aggregated_with_another_parameter_takes_no_more()
    {
        DapTask task = await AddTaskAsync(minBatchSize: 4);
        Lease<CollectionJob> older = await CollectAsync(task, Range(5, 1), Now, aggParam: [1]);
        await CollectAsync(task, Range(5, 2), Now + TimeSpan.FromSeconds(1), aggParam: [2]);
        await UploadAsync(task, 4, 5);
        await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token);
        await FinishAllAsync(Now);
        await CollectionJobs.DeleteAsync(task.Key, older.Job.Id, Token);

        await UploadAsync(task, 4, 6);

        Assert.That(await LeaderJobs.CreateForCollectionAsync(task, _ => AnySize, Now, Token), Is.Zero, "the younger one can only fail");
    }

    private Task<string[]> ParametersAsync() =>
        ScalarAsync<string[]>("SELECT array_agg(DISTINCT encode(agg_param, 'hex')) FROM aggregation_jobs");
}
