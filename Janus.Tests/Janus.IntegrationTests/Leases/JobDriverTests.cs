using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Janus.Aggregator;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.IntegrationTests.Telemetry;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Logging;

namespace Janus.IntegrationTests.Leases;

/// <summary>The lease loop over jobs in memory, each of which is driven until the test says what becomes of it.</summary>
public sealed class JobDriverTests : EndpointFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task What_has_been_leased_is_driven_although_asking_for_more_fails()
    {
        int task = await AddTaskAsync();
        FakeLeases leases = new(WorkKind.AggregateShares);
        leases.Put(task, 1);
        int asked = 0;
        leases.OnAsked = () =>
        {
            // The tasks, and the jobs of the first of them.
            if (Interlocked.Increment(ref asked) > 2)
            {
                throw new TimeoutException("the database is away");
            }
        };
        await using Running driver = await StartAsync(leases, concurrency: 3);

        Assert.That((await driver.NextAsync()).Job.TaskKey, Is.EqualTo(task));
    }

    [Test]
    public async Task Tasks_take_turns_however_many_jobs_the_first_has()
    {
        // With one peer, so that no place is only for others.
        int noisy = await AddTaskAsync(Role.Leader);
        int quiet = await AddTaskAsync(Role.Leader);
        FakeLeases leases = new(WorkKind.AggregationJobs);
        leases.Put(noisy, 5);
        leases.Put(quiet, 2);
        await using Running driver = await StartAsync(leases, concurrency: 1);

        List<int> order = [];
        for (int i = 0; i < 7; i++)
        {
            Step step = await driver.NextAsync();
            order.Add(step.Job.TaskKey);
            step.End(true);
        }

        Assert.That(order, Is.EqualTo([noisy, quiet, noisy, quiet, noisy, noisy, noisy]));
    }

    [Test]
    public async Task Free_places_are_shared_equally_among_the_tasks_that_wait()
    {
        int noisy = await AddTaskAsync();
        int quiet = await AddTaskAsync();
        FakeLeases leases = new(WorkKind.AggregateShares);
        leases.Put(noisy, 9);
        leases.Put(quiet, 9);
        await using Running driver = await StartAsync(leases, concurrency: 4);

        List<int> first = [];
        for (int i = 0; i < 4; i++)
        {
            first.Add((await driver.NextAsync()).Job.TaskKey);
        }

        Assert.That(first, Is.EquivalentTo([noisy, noisy, quiet, quiet]));
    }

    [Test]
    public async Task A_task_that_is_passed_over_for_its_peer_keeps_its_turn()
    {
        int stuck = await AddTaskAsync(Role.Leader, "https://stuck.example/");
        int sharing = await AddTaskAsync(Role.Leader, "https://stuck.example/");
        int other = await AddTaskAsync(Role.Leader, "https://other.example/");
        FakeLeases leases = new(WorkKind.AggregationJobs);
        leases.Put(stuck, 9);
        leases.Put(sharing, 1);
        await using Running driver = await StartAsync(leases, concurrency: 1);
        Step first = await driver.NextAsync();

        // All places are with the peer that does not answer; one more is for others.
        leases.Put(other, 1);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Step elsewhere = await driver.NextAsync();
        elsewhere.End(true);
        first.End(true);
        Step next = await driver.NextAsync();

        Assert.That((first.Job.TaskKey, elsewhere.Job.TaskKey, next.Job.TaskKey), Is.EqualTo((stuck, other, sharing)));
        next.End(true);
    }

    [TestCase(WorkKind.AggregationJobs, "aggregation_job", "Warning: the lease of aggregation job 0 of task {0} was lost; another driver has the job")]
    [TestCase(WorkKind.HelperAggregationJobs, "deferred_aggregation_job", "Information: deferred aggregation job 0 of task {0} was deleted, or another driver has it")]
    [TestCase(WorkKind.CollectionJobs, "collection_job", "Information: collection job 0 of task {0} was deleted, or another driver has it")]
    [TestCase(WorkKind.AggregateShares, "deferred_aggregate_share", "Information: deferred aggregate share 0 of task {0} was deleted, or another driver has it")]
    public async Task A_lost_lease_is_counted_and_logged_once_and_its_job_is_not_given_back(WorkKind kind, string label, string line)
    {
        int task = await AddTaskAsync();
        FakeLeases leases = new(kind) { AreHeld = false };
        leases.Put(task, 1);
        await using Running driver = await StartAsync(leases, concurrency: 1);

        (await driver.NextAsync()).End(false);
        await driver.DisposeAsync();

        Assert.That(driver.Measured.SumsOf("janus.job.lease.losses"), Is.EqualTo(new Dictionary<string, double> { [$"kind={label}"] = 1 }));
        Assert.That(driver.Measured.CountsOf("janus.job.step.duration").Keys, Is.EqualTo([$"kind={label} outcome=done"]));
        Assert.That(driver.Logs.Lines.Where(text => text.Contains(Named(line, task), StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(1), string.Join('\n', driver.Logs.Lines));
    }

    [Test]
    public async Task A_lease_that_is_lost_before_a_failed_step_gives_it_back_is_counted()
    {
        int task = await AddTaskAsync();
        FakeLeases leases = new(WorkKind.AggregateShares) { AreHeld = false };
        leases.Put(task, 1);
        await using Running driver = await StartAsync(leases, concurrency: 1);

        (await driver.NextAsync()).Fail(new InvalidOperationException("a fault of ours"));
        await driver.DisposeAsync();

        Assert.That(driver.Measured.SumsOf("janus.job.lease.losses").Values, Is.EqualTo([1]));
        Assert.That(driver.Measured.CountsOf("janus.job.step.duration").Keys, Has.Some.EndsWith("outcome=failed"));
    }

    private string Named(string line, int task) => line.Replace("{0}", Aggregator.Get<TaskDirectory>().NameOf(task), StringComparison.Ordinal);

    private async Task<int> AddTaskAsync(Role role = Role.Helper, string helper = "https://helper.example/")
    {
        TestTask task = await AddTaskAsync(role, new TestTaskOptions { Helper = new Uri(helper) });
        DapTask stored = (await Aggregator.Get<TaskStore>().FindAsync(task.Id, Token))!;
        await Aggregator.Get<TaskDirectory>().GetAsync(stored.Key, Token);
        return stored.Key;
    }

    private async Task<Running> StartAsync(FakeLeases leases, int concurrency)
    {
        Running running = new(this, leases, concurrency);
        await running.StartAsync();
        return running;
    }

    /// <summary>A step that goes on until it is told how it ends.</summary>
    private sealed class Step(FakeLeases.Job job)
    {
        private readonly TaskCompletionSource<bool> _isHeld = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public FakeLeases.Job Job => job;

        public Task<bool> IsHeld => _isHeld.Task;

        public void End(bool isHeld) => _isHeld.TrySetResult(isHeld);

        public void Fail(Exception exception) => _isHeld.TrySetException(exception);
    }

    private sealed class Running : IAsyncDisposable
    {
        private readonly Meter _meter = new("Janus.Tests");
        private readonly SemaphoreSlim _arrived = new(0);
        private readonly ConcurrentQueue<Step> _steps = [];
        private readonly ConcurrentBag<Step> _all = [];
        private readonly ILoggerFactory _loggers;
        private readonly Driver _driver;
        private volatile bool _isDisposed;

        public Running(JobDriverTests tests, FakeLeases leases, int concurrency)
        {
            Measured = new Measurements(_meter);
            _loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
            _driver = new Driver(leases, concurrency, tests, new JobMetrics(_meter), _loggers.CreateLogger("driver"), this);
        }

        public CapturedLogs Logs { get; } = new();

        public Measurements Measured { get; }

        public Task StartAsync() => _driver.StartAsync(Token);

        /// <summary>The next step that begins.</summary>
        public async Task<Step> NextAsync()
        {
            Assert.That(await _arrived.WaitAsync(Patience, Token), "no step begins");
            return _steps.TryDequeue(out Step? step) ? step : throw new InvalidOperationException();
        }

        public Task<bool> RunAsync(FakeLeases.Job job)
        {
            Step step = new(job);
            _all.Add(step);
            if (_isDisposed)
            {
                step.End(true);
            }

            _steps.Enqueue(step);
            _arrived.Release();
            return step.IsHeld;
        }

        public async ValueTask DisposeAsync()
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (Step step in _all)
            {
                step.End(true);
            }

            await _driver.StopAsync(Token);
            _driver.Dispose();
            Measured.Dispose();
            _loggers.Dispose();
            _meter.Dispose();
            _arrived.Dispose();
        }
    }

    private sealed class Driver(FakeLeases leases, int concurrency, JobDriverTests tests, JobMetrics metrics, ILogger logger, Running running)
        : JobDriver<FakeLeases.Job>(
            leases,
            new JobDriverOptions { Concurrency = concurrency },
            tests.Aggregator.Get<TaskDirectory>(),
            tests.Aggregator.Get<WorkSignal>(),
            metrics,
            tests.Clock,
            logger)
    {
        protected override async Task StepAsync(AggregatorTask task, Lease<FakeLeases.Job> lease, CancellationToken cancellationToken) =>
            RequireHeld(await running.RunAsync(lease.Job).WaitAsync(cancellationToken));
    }
}
