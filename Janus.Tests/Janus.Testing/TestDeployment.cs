using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Testing;

/// <summary>
/// A Leader with its workers and a Helper in the test process, each on a database of its own, with a
/// <see cref="ScriptedHelper"/> between them.
/// </summary>
public sealed class TestDeployment : IAsyncDisposable
{
    private const AggregatorRoles HelperRoles = AggregatorRoles.Aggregator | AggregatorRoles.AggregationJobDriver | AggregatorRoles.CollectionJobDriver;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly Action<AggregatorOptions> _configure;

    private TestDeployment(
        TestDatabase leaderDatabase,
        TestDatabase helperDatabase,
        TestAggregator leader,
        TestAggregator helper,
        ScriptedHelper between,
        Action<AggregatorOptions> configure)
    {
        _configure = configure;
        LeaderDatabase = leaderDatabase;
        HelperDatabase = helperDatabase;
        Leader = leader;
        Helper = helper;
        Between = between;
    }

    public TestDatabase LeaderDatabase { get; }

    public TestDatabase HelperDatabase { get; }

    public TestAggregator Leader { get; }

    public TestAggregator Helper { get; private set; }

    /// <summary>What the Leader takes for the Helper.</summary>
    public ScriptedHelper Between { get; }

    /// <summary>The current time in units of the tasks' time precision.</summary>
    public static Time CurrentTime => Time.FromDateTimeOffset(TimeProvider.System.GetUtcNow(), TestTask.Precision);

    /// <summary>Ten minutes before and after now.</summary>
    public static Interval AroundNow => new(new Time(CurrentTime.Value - 10), new Duration(20));

    /// <summary>Starts both sides; their workers are made impatient, so that tests do not wait.</summary>
    /// <param name="leaderRoles">What the Leader does; others may be started beside it.</param>
    /// <param name="configure">Changes the options of every aggregator besides.</param>
    /// <param name="configureLeaderDatastore">Changes how the Leader's datastore is reached.</param>
    public static async Task<TestDeployment> StartAsync(
        AggregatorRoles leaderRoles = AggregatorRoles.All,
        Action<AggregatorOptions>? configure = null,
        Action<DatastoreOptions>? configureLeaderDatastore = null)
    {
        Action<AggregatorOptions> configureAll = MakeImpatient + configure;
        TestDatabase leaderDatabase = await TestPostgres.CreateDatabaseAsync();
        TestDatabase helperDatabase = await TestPostgres.CreateDatabaseAsync();
        TestAggregator leader = await TestAggregator.StartAsync(
            leaderDatabase, leaderRoles, configure: configureAll, configureDatastore: configureLeaderDatastore);
        TestAggregator helper = await TestAggregator.StartAsync(helperDatabase, HelperRoles, configure: configureAll);
        ScriptedHelper between = await ScriptedHelper.StartAsync();
        between.PassTo(helper.Endpoint);
        return new TestDeployment(leaderDatabase, helperDatabase, leader, helper, between, configureAll);
    }

    /// <summary>Starts another aggregator on the Leader's database, which is the caller's to stop or kill.</summary>
    public Task<TestAggregator> StartBesideLeaderAsync(AggregatorRoles roles, Action<AggregatorOptions>? configure = null) =>
        TestAggregator.StartAsync(LeaderDatabase, roles, configure: _configure + configure, datastoreKey: Leader.DatastoreKey);

    /// <summary>Kills the Helper and starts another one on its database.</summary>
    public async Task ReplaceHelperAsync()
    {
        await Helper.KillAsync();
        Helper = await TestAggregator.StartAsync(HelperDatabase, HelperRoles, configure: _configure, datastoreKey: Helper.DatastoreKey);
        Between.PassTo(Helper.Endpoint);
    }

    /// <summary>A new task that both sides know.</summary>
    public async Task<TestTask> AddTaskAsync(TestTaskOptions? options = null)
    {
        TestTask task = new((options ?? new TestTaskOptions()) with { Leader = Leader.Endpoint, Helper = Between.Endpoint });
        await Leader.AddTaskAsync(task.For(Role.Leader));
        await Helper.AddTaskAsync(task.For(Role.Helper));
        return task;
    }

    /// <summary>A factory of reports at the current time that both sides can open.</summary>
    public async Task<ReportFactory> ReportsAsync(TestTask task) =>
        new(task, await Leader.HpkeConfigAsync(), await Helper.HpkeConfigAsync(), CurrentTime);

    /// <summary>Uploads valid reports in one request.</summary>
    public async Task<MadeReport[]> UploadAsync(TestTask task, params ulong[] measurements)
    {
        MadeReport[] reports = (await ReportsAsync(task)).Make(measurements);
        await UploadAsync(task, reports);
        return reports;
    }

    /// <summary>Uploads reports in one request, all of which the Leader is expected to take.</summary>
    /// <exception cref="InvalidOperationException">It refused one.</exception>
    public async Task UploadAsync(TestTask task, params MadeReport[] reports)
    {
        ArgumentNullException.ThrowIfNull(task);
        HttpAnswer answer = await RawHttp.PostAsync(
            new Uri(Leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports));
        if ((int)answer.Status != 200 || answer.Body.Length > 0)
        {
            throw new InvalidOperationException($"the Leader refused reports: {answer.Status}");
        }
    }

    /// <summary>The Collector's request for a task: the time around now, or the next batch.</summary>
    public static CollectionJobReq RequestFor(TestTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new CollectionJobReq(
            task.Configuration.BatchMode == BatchMode.TimeInterval ? Query.TimeInterval(AroundNow) : Query.LeaderSelected, default, []);
    }

    public Task<HttpAnswer> CreateCollectionJobAsync(TestTask task, CollectionJobReq request)
    {
        ArgumentNullException.ThrowIfNull(task);
        return RawHttp.PostAsync(
            new Uri(Leader.Endpoint, $"tasks/{task.Id}/collection_jobs"),
            DapVersion.Newest.MediaTypes.CollectionJobReq,
            WireMessage.Encode(request),
            task.CollectorToken);
    }

    public Uri At(HttpAnswer created) => new(Leader.Endpoint, created.Location!);

    /// <summary>Polls a job until it has ended, well or not.</summary>
    /// <exception cref="TimeoutException">It did not.</exception>
    public static async Task<HttpAnswer> AwaitAsync(TestTask task, Uri job)
    {
        ArgumentNullException.ThrowIfNull(task);
        long started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            HttpAnswer answer = await RawHttp.GetAsync(job, task.CollectorToken);
            if ((int)answer.Status != 200 || answer.Body.Length > 0)
            {
                return answer;
            }

            await Task.Delay(30);
        }

        throw new TimeoutException($"the collection job did not end within {Patience}");
    }

    /// <summary>Collects once and returns what the Collector finds.</summary>
    public async Task<CollectedBatch> CollectAsync(TestTask task, CollectionJobReq? request = null)
    {
        CollectionJobReq asked = request ?? RequestFor(task);
        HttpAnswer created = await CreateCollectionJobAsync(task, asked);
        return CollectedBatch.Open(task, asked, await AwaitAsync(task, At(created)), At(created));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Leader.DisposeAsync();
        await Between.DisposeAsync();
        await Helper.DisposeAsync();
        await LeaderDatabase.DisposeAsync();
        await HelperDatabase.DisposeAsync();
    }

    /// <summary>How often the Leader tries an aggregation job that the Helper refuses.</summary>
    public const int MaximumAttempts = 3;

    private static void MakeImpatient(AggregatorOptions options)
    {
        options.AggregationJobs.MaximumDelay = TimeSpan.FromMilliseconds(50);
        options.AggregationJobs.MaximumAttempts = MaximumAttempts;
        options.AggregationJobs.PutBackDelay = TimeSpan.FromMilliseconds(100);
        options.AggregationJobs.PollInterval = TimeSpan.FromMilliseconds(200);
        options.Peer.RequestTimeout = TimeSpan.FromSeconds(2);
        foreach (JobDriverOptions driver in new[] { options.AggregationJobDriver, options.CollectionJobDriver })
        {
            driver.PollInterval = TimeSpan.FromMilliseconds(100);
            driver.InitialRetryDelay = TimeSpan.FromMilliseconds(50);
            driver.MaximumRetryDelay = TimeSpan.FromMilliseconds(200);
        }
    }
}
