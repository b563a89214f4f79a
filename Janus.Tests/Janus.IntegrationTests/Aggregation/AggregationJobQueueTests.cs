using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Helper's process takes so many requests for aggregation jobs at once, and no more.</summary>
public sealed class AggregationJobQueueTests : EndpointFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<RawConnection> _connections = [];

    [TearDown]
    public async Task CloseConnections()
    {
        _connections.ForEach(connection => connection.Dispose());
        _connections.Clear();
        while (Aggregator.Get<AggregationJobQueue>().Held > 0)
        {
            await Task.Delay(5);
        }
    }

    [Test]
    public async Task More_requests_at_once_than_the_limit_are_asked_to_come_back_and_served_as_soon_as_there_is_room()
    {
        ScriptedLeader leader = new(await AddTaskAsync(Role.Helper), Aggregator.Endpoint);
        byte[] waiting = Body(leader);
        Task<HttpAnswer>[] working;
        await using (DatabaseGate gate = await DatabaseGate.BeforeWritesAsync(Database, "aggregation_jobs"))
        {
            working = [leader.PostInitOnceAsync(Body(leader)), leader.PostInitOnceAsync(Body(leader))];
            await gate.WaitForAsync(2, working);
            HttpAnswer refused = await leader.PostInitOnceAsync(waiting);
            AssertProblem(refused, HttpStatusCode.ServiceUnavailable);
            Assert.That(refused.RetryAfter, Is.EqualTo("7"));
            Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.Zero);
            await gate.OpenAsync();
        }

        Array.ForEach(await Task.WhenAll(working), AssertOk);
        AssertOk(await UntilServedAsync(leader, waiting));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(3));
    }

    [Test]
    public async Task Requests_that_arrive_slowly_hold_no_place([Values] bool isChunked)
    {
        ScriptedLeader leader = new(await AddTaskAsync(Role.Helper), Aggregator.Endpoint);
        for (int i = 0; i < 12; i++)
        {
            await StallAsync(leader, isChunked, Body(leader)[..50]);
        }

        while (Aggregator.Get<AggregationJobQueue>().Held < 12 * (64 << 10))
        {
            await Task.Delay(2);
        }

        for (int i = 0; i < 20; i++)
        {
            AssertOk(await leader.PostInitOnceAsync(Body(leader)));
        }
    }

    [Test]
    public async Task Requests_that_stop_when_they_hold_much_give_way_to_others([Values] bool isChunked, [Values] bool isSameLeader)
    {
        TestTaskOptions large = new() { Vdaf = VdafDescription.Histogram(2000, 44) };
        ScriptedLeader slow = new(await AddTaskAsync(Role.Helper, large), Aggregator.Endpoint);
        ScriptedLeader beside = isSameLeader ? slow : new(await AddTaskAsync(Role.Helper, large with { Leader = new Uri("https://other.example/") }), Aggregator.Endpoint);
        byte[] body = slow.InitBody(new ReportFactory(slow.Task, null, HpkeConfig, CurrentTime).Make(new ulong[5]).Select(slow.Init));
        while (!_connections.Any(connection => connection.HasAnswer))
        {
            long before = Aggregator.Get<AggregationJobQueue>().Held;
            RawConnection last = await StallAsync(slow, isChunked, body[..^10]);
            while (Aggregator.Get<AggregationJobQueue>().Held < before + body.Length && !last.HasAnswer)
            {
                await Task.Delay(2);
            }
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        for (int i = 0; i < 5; i++)
        {
            AssertOk(await beside.PostInitOnceAsync(beside.InitBody(new ReportFactory(beside.Task, null, HpkeConfig, CurrentTime).Make(new ulong[5]).Select(beside.Init))));
        }

        // And what else Leaders ask for has its bodies counted with them.
        RawConnection share = await PostSlowlyAsync(beside, beside.AggregateShares, DapVersion.Newest.MediaTypes.AggregateShareReq, isChunked, [1]);
        Assert.That(share.HasAnswer, Is.False);
        string[] ended = await Task.WhenAll(_connections.SkipLast(2).Where(connection => connection.HasAnswer).Select(connection => connection.ReadToEndAsync()));
        // Beside the one that found no room while they filled the memory.
        string[] slowest = [.. ended.Where(answer => !answer.StartsWith("HTTP/1.1 429 ", StringComparison.Ordinal))];
        Assert.That(isSameLeader ? slowest.Length : 1, Is.Positive);
        Assert.That(slowest, Is.All.StartsWith("HTTP/1.1 408 ").And.All.Contains("\r\nRetry-After: 7\r\n"));
    }

    [Test]
    public void A_leader_that_has_its_share_of_the_places_leaves_room_for_another_one()
    {
        AggregatorTask[] tasks = [.. ((string[])["https://a.example/", "https://a.example/", "https://b.example/", "https://c.example/"])
            .Select(leader => new AggregatorTask(new TestTask(new TestTaskOptions { Leader = new Uri(leader) }).For(Role.Helper), new TestVdafs()))];
        AggregatorOptions options = new();
        options.Helper.MaximumConcurrentJobs = 16;
        using AggregatorMetrics metrics = new();
        AggregationJobQueue queue = new(Aggregator.Get<HelperAggregationJobStore>(), metrics, Options.Create(options), Clock);

        // Two tasks of one Leader share what is the Leader's.
        IDisposable[] entered = [.. Enumerable.Range(0, 12).Select(i => Work(tasks[i % 2]))];
        Assert.That(() => Work(tasks[0]), Throws.TypeOf<HttpProblemException>().With.Property("Status").EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(() => queue.Receive(tasks[0], Request(1000), long.MaxValue), Throws.TypeOf<HttpProblemException>().With.Property("Status").EqualTo(HttpStatusCode.TooManyRequests));
        IDisposable other = Work(tasks[2]);
        // Memory is shared as well, whatever the number of requests.
        Assert.That(() => queue.Receive(tasks[3], Request(options.Helper.MaximumMemory), long.MaxValue), Throws.TypeOf<HttpProblemException>().With.Property("Status").EqualTo(HttpStatusCode.ServiceUnavailable));
        entered[0].Dispose();
        other.Dispose();
        Assert.That(Work(tasks[0]), Is.Not.Null);

        IDisposable Work(AggregatorTask task) => queue.BeginWork(task, queue.Receive(task, Request(1000), long.MaxValue));
        static DefaultHttpContext Request(long length) => new() { Request = { ContentLength = length } };
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Helper.MaximumConcurrentJobs = 2;
        options.Helper.MaximumMemory = 4 << 20;
        options.Helper.RetryAfter = TimeSpan.FromSeconds(7);
    }

    private Task<RawConnection> StallAsync(ScriptedLeader leader, bool isChunked, byte[] octets) =>
        PostSlowlyAsync(leader, leader.AggregationJobs, DapVersion.Newest.MediaTypes.AggregationJobInitReq, isChunked, octets);

    private async Task<RawConnection> PostSlowlyAsync(ScriptedLeader leader, Uri resource, string mediaType, bool isChunked, byte[] octets)
    {
        RawConnection connection = await RawConnection.PostAsync(
            resource, mediaType, isChunked ? null : octets.Length + 10, $"Authorization: Bearer {leader.Task.AggregatorToken.Secret}");
        _connections.Add(connection);
        await (isChunked ? connection.SendChunkAsync(octets) : connection.SendAsync(octets));
        return connection;
    }

    private byte[] Body(ScriptedLeader leader) =>
        leader.InitBody(new ReportFactory(leader.Task, null, HpkeConfig, CurrentTime).Make(1, 2).Select(leader.Init));

    // When a place is free again, nobody outside can tell but by asking.
    private static async Task<HttpAnswer> UntilServedAsync(ScriptedLeader leader, byte[] body)
    {
        long started = TimeProvider.System.GetTimestamp();
        HttpAnswer answer;
        do
        {
            answer = await leader.PostInitOnceAsync(body);
        }
        while (answer.Status == HttpStatusCode.ServiceUnavailable && TimeProvider.System.GetElapsedTime(started) < Patience);
        return answer;
    }
}
