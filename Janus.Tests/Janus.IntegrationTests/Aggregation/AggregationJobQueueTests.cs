using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Options;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Helper's process takes so many requests for aggregation jobs at once, and no more.</summary>
public sealed class AggregationJobQueueTests : EndpointFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task More_requests_at_once_than_the_limit_are_asked_to_come_back_and_served_as_soon_as_there_is_room()
    {
        ScriptedLeader leader = new(await AddTaskAsync(Role.Helper), Aggregator.Endpoint);
        byte[] waiting = Body(leader);
        using HttpClient client = new(new SocketsHttpHandler { UseProxy = false, Expect100ContinueTimeout = Patience });
        PausedContent first = new(Body(leader));
        PausedContent second = new(Body(leader));
        Task<HttpAnswer> slow = PostAsync(client, leader, first);
        Task<HttpAnswer> aborted = PostAsync(client, leader, second);
        await Task.WhenAll(first.Wanted, second.Wanted).WaitAsync(Patience);

        HttpAnswer refused = await leader.PostInitOnceAsync(waiting);
        AssertProblem(refused, HttpStatusCode.ServiceUnavailable);
        Assert.That(refused.RetryAfter, Is.EqualTo("7"));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.Zero);

        // One that breaks off gives its place back too.
        second.BreakOff();
        Assert.That(async () => await aborted, Throws.InstanceOf<HttpRequestException>());
        AssertOk(await UntilServedAsync(leader, waiting));
        first.GoOn();
        AssertOk(await slow);
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(2));
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
        IDisposable[] entered = [.. Enumerable.Range(0, 12).Select(i => queue.Enter(tasks[i % 2], 1000))];
        Assert.That(() => queue.Enter(tasks[0], 1000), Throws.TypeOf<HttpProblemException>().With.Property("Status").EqualTo(HttpStatusCode.TooManyRequests));
        IDisposable other = queue.Enter(tasks[2], 1000);
        // Memory is shared as well, whatever the number of requests.
        Assert.That(() => queue.Enter(tasks[3], options.Helper.MaximumMemory), Throws.TypeOf<HttpProblemException>().With.Property("Status").EqualTo(HttpStatusCode.ServiceUnavailable));
        entered[0].Dispose();
        other.Dispose();
        Assert.That(queue.Enter(tasks[0], 1000), Is.Not.Null);
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Helper.MaximumConcurrentJobs = 2;
        options.Helper.RetryAfter = TimeSpan.FromSeconds(7);
    }

    private byte[] Body(ScriptedLeader leader) =>
        leader.InitBody(new ReportFactory(leader.Task, null, HpkeConfig, CurrentTime).Make(1, 2).Select(leader.Init));

    private static async Task<HttpAnswer> PostAsync(HttpClient client, ScriptedLeader leader, PausedContent content)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, leader.AggregationJobs) { Content = content };
        request.Headers.ExpectContinue = true;
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {leader.Task.AggregatorToken.Secret}");
        content.Headers.TryAddWithoutValidation("Content-Type", DapMediaType.AggregationJobInitReq);
        using HttpResponseMessage response = await client.SendAsync(request);
        return await HttpAnswer.ReadAsync(response);
    }

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

    /// <summary>A body whose second half comes when the test wants it, or never.</summary>
    private sealed class PausedContent(byte[] body) : HttpContent
    {
        private readonly TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _pause = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Ends when the server has asked for the body: the request has its place.</summary>
        public Task Wanted => _wanted.Task;

        public void GoOn() => _pause.SetResult();

        public void BreakOff() => _pause.SetException(new IOException("the sender broke off"));

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _wanted.SetResult();
            int half = body.Length / 2;
            await stream.WriteAsync(body.AsMemory(0, half));
            await stream.FlushAsync();
            await _pause.Task;
            await stream.WriteAsync(body.AsMemory(half));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
