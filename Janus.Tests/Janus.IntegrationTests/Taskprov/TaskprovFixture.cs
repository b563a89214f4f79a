using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>One aggregator that opts into advertised tasks; each test has a peer of its own, with limits of its own.</summary>
public abstract class TaskprovFixture(Role role) : EndpointFixture
{
    /// <summary>How many new tasks a peer may have in an hour.</summary>
    protected const int NewTasksPerHour = 3;

    /// <summary>How many tasks a peer may have.</summary>
    protected const int MaximumTasks = 4;

    /// <summary>By which tasks name the aggregator, which is somewhere else in truth.</summary>
    protected static readonly Uri Own = new("https://this.example/dap/");

    private int _peers;

    protected static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    protected TaskprovPeerStore Peers => Aggregator.Get<TaskprovPeerStore>();

    /// <summary>An interval around now that is as long as a task usually lasts.</summary>
    protected Interval Days => new(new Time(CurrentTime.Value - 1440), new Duration(10 * 1440));

    protected override void Configure(AggregatorOptions options) => Enable(options);

    /// <summary>A policy that takes small histograms and sums, as tests make them.</summary>
    protected static void Enable(AggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        TaskprovOptions taskprov = options.Taskprov;
        taskprov.Enabled = true;
        taskprov.Endpoints = [new Uri("https://elsewhere.example"), new Uri("https://THIS.example:443/dap")];
        taskprov.Vdafs = [VdafType.Prio3Sum, VdafType.Prio3SumVec, VdafType.Prio3Histogram];
        taskprov.MaximumMeasurement = 1000;
        taskprov.MaximumLength = 10_000;
        taskprov.MaximumReportBytes = 100_000;
        taskprov.MinimumBatchSize = 3;
        taskprov.MaximumTimePrecision = TimeSpan.FromHours(1);
        taskprov.MaximumLifetime = TimeSpan.FromDays(10);
        taskprov.MaximumTasks = MaximumTasks;
        taskprov.MaximumNewTasks = NewTasksPerHour;
    }

    /// <summary>A peer for one test, and the URL that it has.</summary>
    protected async Task<(TestAgreement Agreement, Uri Url, TaskprovPeer Stored)> AddPeerAsync(Action<TestAgreement>? change = null)
    {
        TestAgreement agreement = new();
        change?.Invoke(agreement);
        Uri url = new($"https://peer-{Interlocked.Increment(ref _peers)}.example/");
        Secrets.Add("the aggregator token", agreement.AggregatorToken.Secret);
        Secrets.Add("the collector token", agreement.CollectorToken.Secret);
        TaskprovPeer? peer = await ChangeAsync(() => Peers.AddAsync(agreement.PeerOf(role, url), Token));
        return (agreement, url, peer ?? throw new InvalidOperationException("the peer is there already"));
    }

    /// <summary>Changes something about a peer, and waits until the aggregator has heard of it.</summary>
    protected async Task<T> ChangeAsync<T>(Func<Task<T>> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        WorkSignal signal = Aggregator.Get<WorkSignal>();
        long version = signal.VersionOf(WorkKind.Tasks);
        T result = await change();
        while (signal.VersionOf(WorkKind.Tasks) == version)
        {
            await Task.Delay(5, Token);
        }

        return result;
    }

    /// <summary>A task that nobody has told the aggregator of yet.</summary>
    protected TestTask NewTask(TestAgreement agreement, Uri peer, TestTaskOptions? options = null) => new(
        (options ?? new TestTaskOptions { TaskInterval = Days }) with
        {
            Agreement = agreement,
            Leader = role == Role.Leader ? Own : peer,
            Helper = role == Role.Leader ? peer : Own,
        });

    /// <summary>The task as it is stored, if it is.</summary>
    protected Task<DapTask?> FindAsync(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Aggregator.Get<TaskStore>().FindAsync(task.Id, Token);
    }

    protected static void AssertOptedOut(HttpAnswer answer, TestTask task, string reason)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(task);
        AssertProblem(answer, DapProblemType.InvalidTask, task.Id);
        Assert.That(answer.Problem.Detail, Does.Contain(reason));
    }
}
