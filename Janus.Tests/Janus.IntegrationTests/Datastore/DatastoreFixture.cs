using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A database for the fixture, empty before each test, and short ways to fill it.</summary>
public abstract class DatastoreFixture
{
    protected static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    protected static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    protected static readonly AggregationJobLimits AnySize = new(1, 100, TimeSpan.Zero);
    private ServiceProvider? _services;

    protected TestDatabase Database { get; private set; } = null!;

    protected string Key { get; } = DatastoreKeys.Generate();

    protected ReportStore Reports => Get<ReportStore>();

    protected LeaderAggregationJobStore LeaderJobs => Get<LeaderAggregationJobStore>();

    protected HelperAggregationJobStore HelperJobs => Get<HelperAggregationJobStore>();

    protected BatchStore Batches => Get<BatchStore>();

    protected CollectionJobStore CollectionJobs => Get<CollectionJobStore>();

    protected AggregateShareStore AggregateShares => Get<AggregateShareStore>();

    protected static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task Create()
    {
        Database = await TestPostgres.CreateDatabaseAsync();
        _services = new ServiceCollection()
            .AddJanusDatastore(options =>
            {
                options.ConnectionString = Database.ConnectionString;
                options.Keys.Add(Key);
            })
            .BuildServiceProvider();
    }

    [OneTimeTearDown]
    public async Task Drop()
    {
        if (_services is not null)
        {
            await _services.DisposeAsync();
            await Database.DisposeAsync();
        }
    }

    [SetUp]
    public Task Reset() => Database.ResetAsync();

    protected T Get<T>()
        where T : notnull => _services!.GetRequiredService<T>();

    protected Task<DapTask> AddTaskAsync(
        BatchMode batchMode = BatchMode.TimeInterval, Role role = Role.Leader, ulong minBatchSize = 10, ulong? timeWindow = null) =>
        Get<TaskStore>().AddAsync(NewTask(batchMode, role, minBatchSize) with { BatchTimeWindow = timeWindow }, Token);

    protected static DapTask NewTask(
        BatchMode batchMode = BatchMode.TimeInterval, Role role = Role.Leader, ulong minBatchSize = 10) => new()
        {
            Id = TaskId.Random(),
            Role = role,
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = "test"u8.ToArray(),
                LeaderAggregatorEndpoint = new Url("https://leader.example/"),
                HelperAggregatorEndpoint = new Url("https://helper.example/"),
                TimePrecision = new TimePrecision(3600),
                MinBatchSize = minBatchSize,
                BatchMode = batchMode,
                VdafType = VdafType.Prio3Count,
                VdafConfiguration = ReadOnlyMemory<byte>.Empty,
            }),
            VerifyKey = RandomNumberGenerator.GetBytes(32),
            CollectorHpkeConfig = new HpkeConfig(new HpkeConfigId(7), 0x20, 1, 1, new byte[32]),
            Tokens = role == Role.Leader
                ? [AuthToken.FirstToPresent(BearerToken.Generate(), Now), AuthToken.FirstFromCollector(BearerToken.Generate(), Now)]
                : [AuthToken.FirstFromLeader(BearerToken.Generate(), Now)],
            CreatedAt = Now,
        };

    protected static UploadedReport Report(DapTask task, ulong time, ReportId? id = null) => new()
    {
        TaskKey = task.Key,
        Id = id ?? ReportId.Random(),
        Time = time,
        Week = 0,
        PublicShare = new byte[] { 1, 2, 3 },
        LeaderInputShare = new byte[] { 4, 5, 6, 7 },
        HelperEncryptedInputShare = [8, 9],
        IsTimeInterval = task.Configuration.BatchMode == BatchMode.TimeInterval,
    };

    protected static UploadedReport[] ReportsOf(DapTask task, int count, ulong time) =>
        [.. Enumerable.Range(0, count).Select(_ => Report(task, time))];

    /// <summary>Uploads reports that are all expected to be stored.</summary>
    protected async Task<UploadedReport[]> UploadAsync(DapTask task, int count, ulong time, DateTimeOffset? at = null)
    {
        UploadedReport[] reports = ReportsOf(task, count, time);
        UploadOutcome[] outcomes = await Reports.PutAsync(reports, at ?? Now, Token);
        Assert.That(outcomes, Is.All.EqualTo(UploadOutcome.Stored));
        return reports;
    }

    protected static byte[] ChecksumOf(IEnumerable<ReportId> ids) => ids
        .Select(id => BatchChecksum.FromBytes(SHA256.HashData(id.ToArray())))
        .Aggregate(BatchChecksum.Empty, (sum, one) => sum.Combine(one))
        .ToArray();

    protected static BatchBucketShard Shard(
        AggregationJobId job, byte[] bucket, IReadOnlyCollection<ReportId> ids, ulong time) => new()
        {
            Bucket = bucket,
            JobId = job,
            AggregateShare = [(byte)ids.Count, 42],
            ReportCount = ids.Count,
            Checksum = ChecksumOf(ids),
            MinTime = time,
            MaxTime = time,
        };

    /// <summary>Finishes every job there is; the first <paramref name="rejected"/> reports of each are rejected.</summary>
    protected async Task<IReadOnlyList<Lease<LeaderAggregationJob>>> FinishAllAsync(DateTimeOffset now, int rejected = 0)
    {
        IReadOnlyList<Lease<LeaderAggregationJob>> leases = await LeaderJobs.AcquireAsync(1000, Minute, now, Token);
        foreach (Lease<LeaderAggregationJob> lease in leases)
        {
            Assert.That(await LeaderJobs.FinishAsync(lease, await ShardsOfAsync(lease.Job, rejected), [], now, Token), Is.True);
        }

        return leases;
    }

    protected async Task<BatchBucketShard[]> ShardsOfAsync(LeaderAggregationJob job, int rejected = 0)
    {
        IReadOnlyList<UnaggregatedReport> reports = await LeaderJobs.ReadReportsAsync(job, Token);
        return [.. reports.Skip(rejected)
            .GroupBy(report => report.Time)
            .Select(group => (Bucket: job.BatchId?.ToArray() ?? BatchRange.BucketOf(group.Key), group.Key, Ids: group.Select(report => report.Id).ToArray()))
            .GroupBy(part => Convert.ToHexString(part.Bucket))
            .Select(parts => Shard(job.Id, parts.First().Bucket, [.. parts.SelectMany(part => part.Ids)], parts.First().Key))];
    }

    /// <summary>A waiting collection job for an interval of report times, leased.</summary>
    protected async Task<Lease<CollectionJob>> CollectAsync(
        DapTask task, BatchRange? range, DateTimeOffset now, byte[]? request = null, byte[]? aggParam = null)
    {
        CollectionJobId id = CollectionJobId.Random();
        byte[] body = request ?? RandomNumberGenerator.GetBytes(8);
        Assert.That(
            await CollectionJobs.CreateAsync(task, id, body, SHA256.HashData(body), aggParam ?? [], range, now, Token),
            Is.InstanceOf<CollectionJobCreation.Created>());
        IReadOnlyList<Lease<CollectionJob>> leases = await CollectionJobs.AcquireAsync(10, Minute, now, Token);
        return leases.Single(lease => lease.Job.Id == id);
    }

    protected async Task<FenceOutcome> FenceAsync(Lease<CollectionJob> lease, BatchRange range, DateTimeOffset now)
    {
        StoredBatch batch = await Batches.ReadAsync(lease.Job.TaskKey, range, Token);
        return await CollectionJobs.FenceAsync(lease, batch, [1, 2, 3], batch.ReportInterval, now, Token);
    }

    /// <summary>An aggregate share as a request asks for it.</summary>
    protected static StoredAggregateShare NewShare(DapTask task, BatchRange range, byte[]? requestHash = null) => new()
    {
        TaskKey = task.Key,
        Id = AggregateShareId.Random(),
        RequestHash = requestHash ?? RandomNumberGenerator.GetBytes(32),
        Request = [1, 2, 3],
        Range = range,
    };

    /// <summary>Gives an aggregate share of the batch as it is, or as it is imagined.</summary>
    protected async Task<AggregateShareOutcome> CommitShareAsync(
        StoredAggregateShare share, Lease<StoredAggregateShare>? lease = null, StoredBatch? batch = null, byte[]? response = null, byte[]? aggParam = null)
    {
        StoredBatch read = batch ?? await Batches.ReadAsync(share.TaskKey, share.Range, Token);
        StoredAggregateShare given = share with
        {
            State = AggregateShareState.Finished,
            ReportCount = read.ReportCount,
            Checksum = read.Checksum,
            Response = response ?? [1],
        };
        return await AggregateShares.CommitAsync(new AggregateShareCommit(given, read, aggParam ?? []), lease, Now, Token);
    }

    protected static BatchRange Range(ulong start, ulong duration) =>
        BatchRange.FromInterval(new Interval(new Time(start), new Duration(duration)));

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
#pragma warning disable CA2100 // constants of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    protected async Task<NpgsqlConnection> ConnectAsync()
    {
        NpgsqlConnection connection = new(Database.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    /// <summary>Starts all at once and waits for all.</summary>
    protected static Task<T[]> RaceAsync<T>(int contenders, Func<int, Task<T>> run)
    {
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>[] tasks = [.. Enumerable.Range(0, contenders).Select(i => Task.Run(async () =>
        {
            await start.Task;
            return await run(i);
        }))];
        start.SetResult();
        return Task.WhenAll(tasks);
    }
}
