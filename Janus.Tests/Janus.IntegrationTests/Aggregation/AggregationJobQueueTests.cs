using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Helper's process takes so many requests for aggregation jobs at once, and no more.</summary>
public sealed class AggregationJobQueueTests : EndpointFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task More_requests_at_once_than_the_limit_are_asked_to_come_back_and_served_as_soon_as_there_is_room()
    {
        ScriptedLeader leader = new(await AddTaskAsync(Role.Helper), Aggregator.Endpoint);
        byte[] waiting = Body(leader);
        PausedContent first = new(Body(leader));
        PausedContent second = new(Body(leader));
        Task<HttpAnswer> slow = PostAsync(leader, first);
        Task<HttpAnswer> aborted = PostAsync(leader, second);

        HttpAnswer refused = await UntilAsync(leader, waiting, HttpStatusCode.ServiceUnavailable);
        AssertProblem(refused, HttpStatusCode.ServiceUnavailable);
        Assert.That(refused.RetryAfter, Is.EqualTo("7"));

        // One that breaks off gives its place back too.
        second.BreakOff();
        Assert.That(async () => await aborted, Throws.InstanceOf<HttpRequestException>());
        AssertOk(await UntilAsync(leader, waiting, HttpStatusCode.OK));
        PausedContent third = new(Body(leader));
        Task<HttpAnswer> another = PostAsync(leader, third);
        await UntilAsync(leader, waiting, HttpStatusCode.ServiceUnavailable);

        first.GoOn();
        third.GoOn();
        AssertOk(await slow);
        AssertOk(await another);
        AssertOk(await UntilAsync(leader, waiting, HttpStatusCode.OK));
        Assert.That(await CountAsync("aggregation_jobs", leader.Task), Is.EqualTo(3));
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.Helper.MaximumConcurrentJobs = 2;
        options.Helper.RetryAfter = TimeSpan.FromSeconds(7);
    }

    private byte[] Body(ScriptedLeader leader) =>
        leader.InitBody(new ReportFactory(leader.Task, null, HpkeConfig, CurrentTime).Make(1, 2).Select(leader.Init));

    private static Task<HttpAnswer> PostAsync(ScriptedLeader leader, PausedContent content) => RawHttp.SendAsync(
        HttpMethod.Post, leader.AggregationJobs, leader.Task.AggregatorToken, DapMediaType.AggregationJobInitReq, content);

    // When a request arrives, and when its place is free again, nobody outside can tell but by asking.
    private static async Task<HttpAnswer> UntilAsync(ScriptedLeader leader, byte[] body, HttpStatusCode status)
    {
        long started = TimeProvider.System.GetTimestamp();
        HttpAnswer answer;
        do
        {
            answer = await leader.PostInitOnceAsync(body);
        }
        while (answer.Status != status && TimeProvider.System.GetElapsedTime(started) < Patience);
        return answer;
    }

    /// <summary>A body whose second half comes when the test wants it, or never.</summary>
    private sealed class PausedContent(byte[] body) : HttpContent
    {
        private readonly TaskCompletionSource _pause = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void GoOn() => _pause.SetResult();

        public void BreakOff() => _pause.SetException(new IOException("the sender broke off"));

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
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
