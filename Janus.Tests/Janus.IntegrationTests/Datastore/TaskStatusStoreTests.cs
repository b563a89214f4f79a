using Janus.Datastore;
using Janus.Messages;

namespace Janus.IntegrationTests.Datastore;

/// <summary>Counts of reports, and what is known of a peer.</summary>
public sealed class TaskStatusStoreTests : DatastoreFixture
{
    private TaskStatusStore Status => Get<TaskStatusStore>();

    [Test]
    public async Task Counts_of_many_processes_add_up()
    {
        DapTask task = await AddTaskAsync();
        DapTask other = await AddTaskAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Status.RecordAsync(
            [
                new ReportCount(task.Key, ReportStage.Refused, ReportError.ReportReplayed, 2),
                new ReportCount(other.Key, ReportStage.Refused, ReportError.InvalidMessage, 1),
            ],
            new Dictionary<int, PeerContact>(),
            Token)));

        TaskCounts counts = await Status.CountAsync(task.Key, Token);
        Assert.That(counts.Refused, Is.EqualTo(new Dictionary<ReportError, long> { [ReportError.ReportReplayed] = 40 }));
        Assert.That((await Status.CountAsync(other.Key, Token)).Refused[ReportError.InvalidMessage], Is.EqualTo(20));
        Assert.That(await ScalarAsync<long>("SELECT max(reports) FROM report_counts"), Is.LessThan(40), "they do not all wait for one row");
    }

    [Test]
    public async Task The_latest_contact_and_the_latest_error_of_all_processes_stay()
    {
        DapTask task = await AddTaskAsync();
        await RecordAsync(task, new PeerContact(Now, Now, "first"));
        await RecordAsync(task, new PeerContact(Now.AddMinutes(-1), Now.AddMinutes(-1), "older"));
        await RecordAsync(task, new PeerContact(Now.AddMinutes(2), null, null));

        PeerContact peer = (await Status.ReadAsync(task, 10, Token)).Peer;
        Assert.That(peer, Is.EqualTo(new PeerContact(Now.AddMinutes(2), Now, "first")));
        Assert.That(peer.IsFailing, Is.False);

        await RecordAsync(task, new PeerContact(null, Now.AddMinutes(3), "again"));
        Assert.That((await Status.ReadAsync(task, 10, Token)).Peer, Is.EqualTo(new PeerContact(Now.AddMinutes(2), Now.AddMinutes(3), "again")));
    }

    [Test]
    public async Task A_task_without_anything_has_a_status()
    {
        foreach (BatchMode mode in new[] { BatchMode.TimeInterval, BatchMode.LeaderSelected })
        {
            TaskProgress progress = await Status.ReadAsync(await AddTaskAsync(mode), 10, Token);
            Assert.That(progress.Buckets, Is.Empty);
            Assert.That(progress.Waiting, Is.Zero);
            Assert.That(progress.Peer, Is.EqualTo(PeerContact.None));
        }
    }

    private Task RecordAsync(DapTask task, PeerContact contact) =>
        Status.RecordAsync([], new Dictionary<int, PeerContact> { [task.Key] = contact }, Token);
}
