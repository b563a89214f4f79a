using Janus.Datastore;

namespace Janus.IntegrationTests.Datastore;

public sealed class AggregationJobPlanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    [TestCase(0, new int[0])]
    [TestCase(9, new int[0])]
    [TestCase(10, new[] { 10 })]
    [TestCase(20, new[] { 20 })]
    [TestCase(29, new[] { 20 })]
    [TestCase(30, new[] { 20, 10 })]
    public void Reports_are_cut_into_full_jobs_and_a_rest_of_at_least_the_minimum(int waiting, int[] sizes) =>
        Assert.That(
            Plan(cannotWait: false).OfIntervals(Waiting(waiting)).Select(job => job.Reports.Count), Is.EqualTo(sizes));

    [Test]
    public void A_rest_that_cannot_wait_is_a_job() =>
        Assert.That(Plan(cannotWait: true).OfIntervals(Waiting(1)), Has.Count.EqualTo(1));

    [Test]
    public void A_batch_is_completed_by_a_job_below_the_minimum()
    {
        OpenBatch open = new([1], null, 97);

        List<PlannedJob> jobs = Plan(cannotWait: false).OfBatches(Waiting(8), [open], null, 100);

        Assert.That(jobs.Select(job => (job.Reports.Count, job.Batch)), Is.EqualTo(((int, OpenBatch)[])[(3, open)]));
        Assert.That(open.AssignedCount, Is.EqualTo(100));
    }

    [Test]
    public void The_fullest_batch_comes_first_and_new_ones_last()
    {
        OpenBatch empty = new([1], null, 10);
        OpenBatch full = new([2], null, 95);

        List<PlannedJob> jobs = Plan(cannotWait: false).OfBatches(Waiting(115), [empty, full], null, 100);

        Assert.That(jobs.Select(job => job.Reports.Count), Is.EqualTo((int[])[5, 20, 20, 20, 20, 10, 20]));
        Assert.That(jobs.Take(6).Select(job => job.Batch), Is.EqualTo((OpenBatch[])[full, empty, empty, empty, empty, empty]));
        Assert.That(jobs[6].Batch!.AssignedCount, Is.EqualTo(20));
    }

    private static AggregationJobPlan Plan(bool cannotWait) =>
        new(new AggregationJobLimits(10, 20, TimeSpan.FromMinutes(1)), (_, _) => cannotWait);

    private static List<WaitingReport> Waiting(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new WaitingReport(Guid.NewGuid(), 5, Now))];
}
