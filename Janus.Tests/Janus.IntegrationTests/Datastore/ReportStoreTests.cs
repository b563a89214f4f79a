using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Datastore;

public sealed class ReportStoreTests : DatastoreFixture
{
    [Test]
    public async Task Stored_reports_come_back_in_a_job_with_all_their_parts()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport report = (await UploadAsync(task, 1, 5))[0];
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token))[0];

        UnaggregatedReport found = (await LeaderJobs.ReadReportsAsync(lease.Job, Token)).Single();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Id, Is.EqualTo(report.Id));
            Assert.That(found.Time, Is.EqualTo(5));
            Assert.That(found.PublicShare, Is.EqualTo(report.PublicShare.ToArray()));
            Assert.That(found.LeaderInputShare, Is.EqualTo(report.LeaderInputShare.ToArray()));
            Assert.That(found.HelperEncryptedInputShare, Is.EqualTo(report.HelperEncryptedInputShare));
        }
    }

    [Test]
    public async Task A_second_upload_of_a_report_is_replayed_whatever_its_time()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport report = (await UploadAsync(task, 1, 5))[0];

        UploadOutcome[] outcomes = await Reports.PutAsync(
            [Report(task, 5, report.Id), Report(task, 6, report.Id), Report(task, 5)], Now, Token);

        Assert.That(outcomes, Is.EqualTo((UploadOutcome[])[UploadOutcome.Replayed, UploadOutcome.Replayed, UploadOutcome.Stored]));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports"), Is.EqualTo(2));
    }

    [Test]
    public async Task Of_duplicates_in_one_call_the_first_is_stored()
    {
        DapTask task = await AddTaskAsync();
        ReportId id = ReportId.Random();

        UploadOutcome[] outcomes = await Reports.PutAsync(
            [Report(task, 5, id), Report(task, 6, id), Report(task, 7, id)], Now, Token);

        Assert.That(outcomes, Is.EqualTo((UploadOutcome[])[UploadOutcome.Stored, UploadOutcome.Replayed, UploadOutcome.Replayed]));
        Assert.That(await ScalarAsync<long>("SELECT report_time FROM unaggregated_reports"), Is.EqualTo(5));
    }

    [Test]
    public async Task The_same_report_id_in_two_tasks_is_two_reports()
    {
        DapTask one = await AddTaskAsync();
        DapTask other = await AddTaskAsync();
        ReportId id = ReportId.Random();

        UploadOutcome[] outcomes = await Reports.PutAsync([Report(one, 5, id), Report(other, 5, id)], Now, Token);

        Assert.That(outcomes, Is.All.EqualTo(UploadOutcome.Stored));
    }

    [Test]
    public async Task Uploads_of_the_same_reports_at_once_store_each_of_them_once()
    {
        DapTask task = await AddTaskAsync();
        UploadedReport[] reports = ReportsOf(task, 200, 5);

        UploadOutcome[][] outcomes = await RaceAsync(8, contender =>
        {
            UploadedReport[] mine = [.. reports];
            new Random(contender).Shuffle(mine);
            return Reports.PutAsync(mine, Now, Token);
        });

        Assert.That(outcomes.Sum(all => all.Count(one => one == UploadOutcome.Stored)), Is.EqualTo(200));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM unaggregated_reports"), Is.EqualTo(200));
    }

    [Test]
    public async Task A_collected_interval_of_empty_buckets_refuses_uploads_into_it_and_only_into_it()
    {
        DapTask task = await AddTaskAsync();
        await CommitShareAsync(NewShare(task, Range(10, 5)));

        UploadOutcome[] outcomes = await Reports.PutAsync(
            [Report(task, 9), Report(task, 10), Report(task, 14), Report(task, 15)], Now, Token);

        Assert.That(outcomes, Is.EqualTo((UploadOutcome[])
            [UploadOutcome.Stored, UploadOutcome.BatchCollected, UploadOutcome.BatchCollected, UploadOutcome.Stored]));
    }

    [Test]
    public async Task A_report_refused_for_its_collected_batch_is_not_remembered()
    {
        DapTask task = await AddTaskAsync();
        await CommitShareAsync(NewShare(task, Range(10, 5)));
        ReportId id = ReportId.Random();

        UploadOutcome[] outcomes = await Reports.PutAsync([Report(task, 12, id), Report(task, 20, id)], Now, Token);

        Assert.That(outcomes, Is.EqualTo((UploadOutcome[])[UploadOutcome.BatchCollected, UploadOutcome.Stored]));
    }

    [Test]
    public async Task An_empty_upload_does_nothing() => Assert.That(await Reports.PutAsync([], Now, Token), Is.Empty);
}
