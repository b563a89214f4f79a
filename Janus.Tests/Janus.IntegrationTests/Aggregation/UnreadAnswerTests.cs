using System.Net.Http.Headers;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Leader that asks for an aggregation job and does not read the answer.</summary>
public sealed class UnreadAnswerTests : EndpointFixture
{
    private const int Memory = 1 << 20;

    [Test]
    public async Task An_answer_that_nobody_reads_holds_no_place_and_gives_its_memory_up([Values] bool isContinuation)
    {
        TestTask task = await AddTaskAsync(Role.Helper, new TestTaskOptions { MultiRound = new MultiRoundVdaf(2, false) });
        AggregatorOptions options = new();
        options.Helper.MaximumConcurrentJobs = 1;
        options.Helper.MaximumMemory = Memory;
        options.Helper.MaximumShare = 100;
        using AggregatorMetrics metrics = new();
        AggregationJobQueue queue = new(Aggregator.Get<HelperAggregationJobStore>(), metrics, Options.Create(options), Clock);
        AggregationJobEndpoints endpoints = new(Aggregator.Get<TaskDirectory>(), Aggregator.Get<HelperAggregationJobs>(), queue, Options.Create(options));
        ScriptedLeader leader = new(task, Aggregator.Endpoint);
        byte[] body = leader.InitBody(new ReportFactory(task, null, HpkeConfig, CurrentTime).Make(1, 2).Select(leader.Init));
        using UnreadStream unread = new();
        using CancellationTokenSource aborted = new();
        Task answering;
        DefaultHttpContext context;
        if (isContinuation)
        {
            HttpAnswer answer = await leader.PostInitAsync(body);
            context = Request(task, DapVersion.Newest.MediaTypes.AggregationJobContinueReq, ScriptedLeader.ContinueBody(1, leader.Take(answer, step: 0)), unread, aborted);
            context.Request.RouteValues[DapRoute.AggregationJobId] = leader.JobAt(answer).Segments[^1];
            answering = endpoints.ContinueAsync(context);
        }
        else
        {
            context = Request(task, DapVersion.Newest.MediaTypes.AggregationJobInitReq, body, unread, aborted);
            answering = endpoints.PostAsync(context);
        }

        await Task.WhenAny(unread.IsReached, answering);
        Assert.That(answering.IsCompleted, Is.False, "it waits for its reader");
        AggregatorTask other = new(new TestTask(new TestTaskOptions { Leader = new Uri("https://other.example/") }).For(Role.Helper), new TestVdafs());
        using (Arrival arrival = queue.Receive(other, Announcing(1000), Memory))
        using (queue.BeginWork(other, arrival))
        {
            Assert.That(context.RequestAborted.IsCancellationRequested, Is.False);
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        // All that there is, half of it for the body as it is worked on.
        using Arrival large = queue.Receive(other, Announcing((Memory - (64 << 10)) / 2), Memory);

        Assert.That(context.RequestAborted.IsCancellationRequested, Is.True, "others need the memory");
        unread.Release();
        await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    [Test]
    public void A_length_that_is_announced_and_never_read_makes_nobody_give_way()
    {
        AggregatorTask[] tasks = [.. ((string[])["https://a.example/", "https://b.example/"])
            .Select(leader => new AggregatorTask(new TestTask(new TestTaskOptions { Leader = new Uri(leader) }).For(Role.Helper), new TestVdafs()))];
        AggregatorOptions options = new();
        options.Helper.MaximumMemory = Memory;
        using AggregatorMetrics metrics = new();
        AggregationJobQueue queue = new(Aggregator.Get<HelperAggregationJobStore>(), metrics, Options.Create(options), Clock);
        using Arrival slow = queue.Receive(tasks[0], Announcing(Memory / 4), Memory);
        slow.Arrived(Memory / 4);
        Clock.Advance(TimeSpan.FromSeconds(10));

        foreach (long announced in (long[])[Memory, 1L << 40, long.MaxValue])
        {
            using Arrival arrival = queue.Receive(tasks[1], Announcing(announced), limit: 4 << 10);
            using Arrival share = queue.ReceiveMemory(tasks[1], Announcing(announced), limit: 4 << 10);
        }

        Assert.That(() => slow.Arrived((Memory / 4) + 1), Throws.Nothing);
    }

    private static DefaultHttpContext Announcing(long length) => new() { Request = { ContentLength = length } };

    private static DefaultHttpContext Request(TestTask task, string mediaType, byte[] body, Stream answer, CancellationTokenSource aborted)
    {
        DefaultHttpContext context = new()
        {
            Request =
            {
                Method = HttpMethods.Post,
                ContentType = mediaType,
                ContentLength = body.Length,
                Body = new MemoryStream(body),
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", task.AggregatorToken.Secret).ToString() },
                RouteValues = { [DapRoute.TaskId] = task.Id.ToString() },
            },
            Response = { Body = answer },
        };
        context.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(aborted));
        return context;
    }

    private sealed class Lifetime(CancellationTokenSource aborted) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted
        {
            get => aborted.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => aborted.Cancel();
    }

    /// <summary>Takes nothing until it is released.</summary>
    private sealed class UnreadStream : MemoryStream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task IsReached => _reached.Task;

        public void Release() => _released.SetResult();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _reached.TrySetResult();
            await _released.Task;
        }
    }
}
