using Janus.Aggregator;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Microsoft.Extensions.Logging.Abstractions;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>What a process tells the database of its tasks.</summary>
public sealed class TaskStatusRecorderTests : EndpointFixture
{
    private static readonly TestCaseData[] Texts =
    [
        Case("the last character that is kept is half of one", new string('x', PeerContact.MaximumErrorLength - 1) + "😀", new string('x', PeerContact.MaximumErrorLength - 1) + "…"),
        Case("the peer ends with half a character", "cut \ud83d", "cut \ufffd"),
        Case("the peer begins with half a character", "\ude00 cut", "\ufffd cut"),
        Case("a character that the database does not take", "a\0b", "a\\u{0}b"),
    ];

    [TestCaseSource(nameof(Texts))]
    public async Task Text_of_a_peer_that_is_not_whole_holds_nothing_up(string error, string expected)
    {
        TaskId id = (await AddTaskAsync(Role.Leader)).Id;
        AggregatorTask task = (await Aggregator.Get<TaskDirectory>().FindAsync(id, CancellationToken.None))!;
        TaskStatusStore store = Aggregator.Get<TaskStatusStore>();
        using TaskStatusRecorder recorder = new(store, Clock, NullLogger<TaskStatusRecorder>.Instance);

        recorder.Refused(task, [ReportError.InvalidMessage]);
        recorder.Failed(task, error);
        await recorder.WriteAsync(CancellationToken.None);

        Assert.That((await store.CountAsync(task.Key, CancellationToken.None)).Refused, Is.EqualTo(new Dictionary<ReportError, long> { [ReportError.InvalidMessage] = 1 }));
        Assert.That((await store.ReadAsync(task.Stored, 10, CancellationToken.None)).Peer, Is.EqualTo(new PeerContact(null, Clock.GetUtcNow(), expected)));
    }

    // Test names are whole texts.
    private static TestCaseData Case(string name, string error, string expected) => new TestCaseData(error, expected).SetArgDisplayNames(name);
}
