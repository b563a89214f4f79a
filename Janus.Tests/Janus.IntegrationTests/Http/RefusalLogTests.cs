using System.Net;
using System.Text;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>What refused requests leave in the log.</summary>
public sealed class RefusalLogTests : EndpointFixture
{
    private const int Requests = 300;

    // A stranger decides how many requests there are.
    private const int MaximumBytesPerRequest = 20;

    [Test]
    public async Task Strangers_requests_leave_a_line_for_each_kind_and_are_counted()
    {
        TestTask task = await AddTaskAsync(Role.Helper);

        // What other tests had refused is forgotten.
        Clock.Advance(RefusalLog.Interval);
        Clock.Advance(RefusalLog.Interval);
        int before = Aggregator.Logs.Lines.Count;
        for (int i = 0; i < Requests; i++)
        {
            HttpAnswer unknown = await RawHttp.GetAsync(At($"nothing/{i}"));
            HttpAnswer wrongToken = await RawHttp.PostAsync(
                At($"tasks/{task.Id}/aggregation_jobs"), DapVersion.Newest.MediaTypes.AggregationJobInitReq, [1], BearerToken.Generate());
            Assert.That((unknown.Status, wrongToken.Status), Is.EqualTo((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized)));
        }

        string[] told = Told(before);
        Assert.That(told.Sum(Encoding.UTF8.GetByteCount) / (2.0 * Requests), Is.LessThan(MaximumBytesPerRequest));
        Assert.That(told.Count(line => line.Contains(task.Id.ToString(), StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(told, Has.Some.Contains($"POST /tasks/{task.Id}/aggregation_jobs of task {task.Id} refused: not authenticated: "));

        Clock.Advance(RefusalLog.Interval);
        Assert.That(Told(before), Has.Some.Contains($"requests of task {task.Id} refused within 15 min: {Requests - 1} more: not authenticated"));
        Assert.That(Told(before), Has.Some.Contains($"{Requests - 1} more: there is no such resource"));

        int after = Aggregator.Logs.Lines.Count;
        Clock.Advance(RefusalLog.Interval);
        Clock.Advance(RefusalLog.Interval);
        Assert.That(Told(after), Is.Empty, "there were no more");
    }

    [Test]
    public async Task Authenticated_peer_who_is_refused_for_days_is_seen_each_quarter_of_an_hour()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        int before = Aggregator.Logs.Lines.Count;
        for (int minute = 0; minute < 60; minute++)
        {
            await RawHttp.PostAsync(At($"tasks/{task.Id}/aggregation_jobs"), DapVersion.Newest.MediaTypes.AggregationJobInitReq, [1], task.AggregatorToken);
            Clock.Advance(TimeSpan.FromMinutes(1));
        }

        string[] told = [.. Told(before).Where(line => line.Contains(task.Id.ToString(), StringComparison.Ordinal))];
        Assert.That(told, Has.Length.InRange(4, 6));
        Assert.That(told, Has.All.Contains("Warning: ").And.All.Contains("authenticated peer").And.All.Contains("invalidMessage"));
    }

    [Test]
    public async Task Path_of_a_request_forges_no_line_and_is_cut()
    {
        int before = Aggregator.Logs.Lines.Count;
        await RawHttp.GetAsync(At($"forged%0AWarning:%20all%20is%20lost/{new string('x', 3000)}"));
        string line = Aggregator.Logs.Lines.Skip(before).Single(line => line.Contains("forged", StringComparison.Ordinal) && line.Contains("RefusalLog Debug", StringComparison.Ordinal));
        Assert.That(line, Does.Contain("forged\\nWarning").And.Not.Contain("\n"));
        Assert.That(line, Has.Length.LessThan(1000));
    }

    private string[] Told(int before) =>
        [.. Aggregator.Logs.Lines.Skip(before).Where(line => line.StartsWith("Janus.", StringComparison.Ordinal) && !line.Contains(" Debug: ", StringComparison.Ordinal))];
}
