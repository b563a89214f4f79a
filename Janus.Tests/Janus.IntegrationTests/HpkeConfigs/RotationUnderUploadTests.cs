using Janus.Aggregator;
using Janus.Client;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.HpkeConfigs;

/// <summary>
/// HPKE keys rotate at Leader and Helper, each with two rotators, while Clients upload without a pause. Keys and caches live
/// by a clock that the test moves on, and only when every Client has uploaded since: so no stall of the machine makes a
/// Client slower than it may be. Workers live by the system's clock.
/// </summary>
/// <remarks><c>JANUS_TEST_ROTATION_HOURS</c> makes it longer.</remarks>
public sealed class RotationUnderUploadTests
{
    private const int Clients = 3;
    private const int ReportsPerUpload = 4;
    private static readonly TimeSpan Tick = TimeSpan.FromHours(3);
    private static readonly int Hours =
        int.TryParse(Environment.GetEnvironmentVariable("JANUS_TEST_ROTATION_HOURS"), out int hours) ? hours : 132;

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly CountingHandler _handler = new();
    private readonly long[] _uploads = new long[Clients];
    private long _accepted;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    [CancelAfter(300_000)]
    public async Task A_rotation_under_continuous_upload_loses_no_report()
    {
        await using TestDeployment deployment = await TestDeployment.StartAsync(
            AggregatorRoles.All & ~AggregatorRoles.KeyRotator, Configure);
        TestAggregator[] rotators = await Task.WhenAll(
            RotatorAsync(deployment.LeaderDatabase, deployment.Leader),
            RotatorAsync(deployment.LeaderDatabase, deployment.Leader),
            RotatorAsync(deployment.HelperDatabase, deployment.Helper),
            RotatorAsync(deployment.HelperDatabase, deployment.Helper));
        try
        {
            TestTask task = await deployment.AddTaskAsync(new TestTaskOptions { Vdaf = VdafDescription.Count() });
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            using HttpClient http = new(_handler, disposeHandler: false);
            Task[] clients = [.. Enumerable.Range(0, Clients).Select(i => UploadAsync(task, i, http, stop.Token))];
            await MoveOnAsync(deployment, task, clients);
            await stop.CancelAsync();
            await Task.WhenAll(clients);

            CollectedBatch collected = await deployment.CollectAsync(task);
            TestContext.Out.WriteLine($"{_accepted:N0} reports in {_uploads.Sum():N0} uploads over {Hours} hours");
            Assert.That(_handler.RefusingAnswers, Is.Zero, "no Client was told that its configuration is outdated");
            Assert.That(collected.ReportCount, Is.EqualTo((ulong)_accepted));
            Assert.That(collected.Aggregate, Is.EqualTo(new[] { (UInt128)_accepted }));
            AssertRotated([rotators[0], rotators[1]]);
            AssertRotated([rotators[2], rotators[3]]);
        }
        finally
        {
            await Task.WhenAll(rotators.Select(rotator => rotator.DisposeAsync().AsTask()));
            _handler.Dispose();
        }
    }

    private static void Configure(AggregatorOptions options)
    {
        options.HpkeConfigCacheLifetime = TimeSpan.FromHours(24);
        options.KeyRotation = new KeyRotationOptions
        {
            PendingDuration = TimeSpan.FromHours(6),
            ActiveDuration = TimeSpan.FromHours(27),
            ExpiredDuration = TimeSpan.FromHours(48),
            CheckInterval = TimeSpan.FromHours(1),
        };
    }

    private Task<TestAggregator> RotatorAsync(TestDatabase database, TestAggregator aggregator) => TestAggregator.StartAsync(
        database, AggregatorRoles.KeyRotator, _clock, Configure, aggregator.DatastoreKey);

    // Each keeps the configurations as long as it is allowed to, and began another time than the others.
    private async Task UploadAsync(TestTask task, int number, HttpClient http, CancellationToken stop)
    {
        DapClient client = new(task.Id, task.Configuration, http, new DapClientOptions { TimeProvider = _clock });
        DateTimeOffset begin = _clock.GetUtcNow() + (number * 2 * Tick);
        while (!stop.IsCancellationRequested)
        {
            if (_clock.GetUtcNow() >= begin)
            {
                DateTimeOffset now = TimeProvider.System.GetUtcNow();
                UploadSummary summary = await client.UploadAsync(
                    Enumerable.Repeat(new TimedMeasurement(Measurement.FromNumber(1), now), ReportsPerUpload), cancellationToken: Token);
                Assert.That(summary.Accepted, Is.EqualTo(ReportsPerUpload));
                Interlocked.Add(ref _accepted, summary.Accepted);
            }
            else
            {
                await Task.Delay(1, Token);
            }

            Interlocked.Increment(ref _uploads[number]);
        }
    }

    private async Task MoveOnAsync(TestDeployment deployment, TestTask task, Task[] clients)
    {
        DapTask stored = (await deployment.Leader.Get<TaskStore>().FindAsync(task.Id, Token))!;
        long acceptedBefore = 0;
        for (TimeSpan passed = TimeSpan.Zero; passed < TimeSpan.FromHours(Hours); passed += Tick)
        {
            _clock.Advance(Tick);
            long[] before = [.. _uploads.Select(count => Volatile.Read(in count))];
            await UntilAsync(clients, () => Task.FromResult(_uploads.Zip(before).All(pair => pair.First > pair.Second + 1)));
            await UntilAsync(clients, () => AnnouncesWhatIsActiveAsync(deployment.Leader));
            await UntilAsync(clients, () => AnnouncesWhatIsActiveAsync(deployment.Helper));
            long expected = acceptedBefore;
            await UntilAsync(clients, async () =>
                (await deployment.Leader.Get<BatchStore>().SummarizeAsync(stored.Key, BatchRange.FromInterval(TestDeployment.AroundNow), Token)).ReportCount >= expected);
            acceptedBefore = Interlocked.Read(ref _accepted);
        }
    }

    private static async Task<bool> AnnouncesWhatIsActiveAsync(TestAggregator aggregator)
    {
        IReadOnlyList<StoredHpkeKey> keys = await aggregator.Get<HpkeKeyStore>().ListAsync(Token);
        HpkeConfig announced = await aggregator.HpkeConfigAsync();
        return HpkeKeyStatus.Announced(keys, key => key.Status).First().Config.Equals(announced);
    }

    private static async Task UntilAsync(Task[] clients, Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            await Task.WhenAny([Task.Delay(2, Token), .. clients]);
            if (Array.Find(clients, client => client.IsCompleted) is { } ended)
            {
                await ended;
            }
        }
    }

    // What both rotators of a side have done together is what one would have done.
    private static void AssertRotated(TestAggregator[] rotators)
    {
        string[] transitions = [.. rotators
            .SelectMany(rotator => rotator.Logs.Lines)
            .Where(line => line.Contains("HpkeKeyRotator Information: HPKE key", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf("HPKE key", StringComparison.Ordinal)..].Split(" Transition=")[0])];
        TestContext.Out.WriteLine($"{transitions.Length} transitions");
        Assert.That(transitions, Is.Unique);
        string[] ofOneKey = [.. transitions.Where(line => line.StartsWith("HPKE key 2 ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(": ", StringComparison.Ordinal) + 2)..])];
        Assert.That(ofOneKey, Is.EquivalentTo(["new → pending", "pending → active", "active → expired", "expired → deleted"]));
        Assert.That(transitions.Count(line => line.EndsWith("pending → active", StringComparison.Ordinal)), Is.GreaterThanOrEqualTo(3));
    }

    /// <summary>Counts the answers to uploads that name refused reports.</summary>
    private sealed class CountingHandler() : DelegatingHandler(DapHttpHandler.Create())
    {
        private int _refusing;

        public int RefusingAnswers => _refusing;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (request.Method == HttpMethod.Post && (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength > 0))
            {
                Interlocked.Increment(ref _refusing);
            }

            return response;
        }
    }
}
