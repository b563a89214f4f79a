using System.Net.Http.Headers;
using System.Security.Cryptography;
using Janus.Client;
using Janus.Codec;
using Janus.Collector;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Testing;

/// <summary>A task with new keys that is provisioned on both aggregators of a deployment, and its client and collector.</summary>
public sealed class DeployedTask : IDisposable
{
    private const byte CollectorConfigId = 1;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);
    private static readonly BatchRange AllTimes = new(BatchRange.BucketOf(0), BatchRange.BucketOf(long.MaxValue));

    private readonly Deployment _deployment;
    private readonly AggregatorUrls _leaderUrls;
    private readonly AggregatorUrls _helperUrls;
    private readonly HpkeKeyPair _collectorKeyPair;
    private readonly BearerToken _collectorToken;

    private DeployedTask(Deployment deployment, DapTask leader, DapTask helper, HpkeKeyPair collectorKeyPair, BearerToken collectorToken)
    {
        _deployment = deployment;
        LeaderTask = leader;
        HelperTask = helper;
        _collectorKeyPair = collectorKeyPair;
        _collectorToken = collectorToken;
        _leaderUrls = new AggregatorUrls(Configuration.LeaderAggregatorEndpoint);
        _helperUrls = new AggregatorUrls(Configuration.HelperAggregatorEndpoint);
        BackOff quick = new() { InitialDelay = TimeSpan.FromMilliseconds(100), MaximumDelay = TimeSpan.FromSeconds(1), MaximumAttempts = 60 };
        Client = new DapClient(Id, Configuration, deployment.Http, new DapClientOptions { BackOff = quick });
        Collector = new DapCollector(
            Id,
            Configuration,
            leader.CollectorHpkeConfig,
            collectorKeyPair,
            collectorToken,
            deployment.Http,
            new DapCollectorOptions { BackOff = quick, MaximumPollDelay = TimeSpan.FromMilliseconds(100) });
    }

    /// <summary>The task ID.</summary>
    public TaskId Id => LeaderTask.Id;

    /// <summary>The task configuration.</summary>
    public TaskConfiguration Configuration => LeaderTask.Configuration;

    /// <summary>The task's VDAF.</summary>
    public VdafDescription Vdaf => VdafDescription.Of(Configuration);

    /// <summary>The task as the Leader has it.</summary>
    public DapTask LeaderTask { get; }

    /// <summary>The task as the Helper has it.</summary>
    public DapTask HelperTask { get; }

    /// <summary>Uploads to the task, patiently.</summary>
    public DapClient Client { get; }

    /// <summary>Collects from the task, polling often.</summary>
    public DapCollector Collector { get; }

    /// <summary>Where reports are uploaded.</summary>
    public Uri Reports => _leaderUrls.Reports(Id);

    /// <summary>The start of an interval of the time precision (one hour) that is over, so many hours ago.</summary>
    public static DateTimeOffset HoursAgo(int hours)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero).AddHours(-hours);
    }

    /// <summary>Provisions a task on both aggregators; an asynchronous Helper needs its drivers.</summary>
    public static async Task<DeployedTask> CreateAsync(
        Deployment deployment,
        VdafDescription vdaf,
        BatchMode batchMode,
        int minBatchSize,
        bool asynchronous,
        CancellationToken cancellationToken,
        string? leaderNoise = null)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        ArgumentNullException.ThrowIfNull(vdaf);
        HpkeKeyPair collectorKeyPair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        BearerToken aggregatorToken = BearerToken.Generate();
        BearerToken collectorToken = BearerToken.Generate();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DapTask leader = new()
        {
            Id = TaskId.Random(),
            Role = Role.Leader,
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = "end to end"u8.ToArray(),
                LeaderAggregatorEndpoint = new Url(deployment.Leader.Address.AbsoluteUri),
                HelperAggregatorEndpoint = new Url(deployment.Helper.Address.AbsoluteUri),
                TimePrecision = new TimePrecision(3600),
                MinBatchSize = (ulong)minBatchSize,
                BatchMode = batchMode,
                VdafType = vdaf.Type,
                VdafConfiguration = vdaf.EncodeConfiguration(),
            }),
            VerifyKey = RandomNumberGenerator.GetBytes(vdaf.ToVdaf().VerifyKeySize),
            CollectorHpkeConfig = HpkeConfigs.Create(new HpkeConfigId(CollectorConfigId), HpkeConfigs.MandatorySuite, collectorKeyPair),
            Tokens = [AuthToken.FirstToPresent(aggregatorToken, now), AuthToken.FirstFromCollector(collectorToken, now)],
            DifferentialPrivacy = leaderNoise is null ? null : DifferentialPrivacyStrategy.Parse(leaderNoise),
            CreatedAt = now,
        };
        DapTask helper = leader with
        {
            Role = Role.Helper,
            DifferentialPrivacy = null,
            Tokens = [AuthToken.FirstFromLeader(aggregatorToken, now)],
            Asynchronous = asynchronous,
        };
        return new DeployedTask(
            deployment,
            await deployment.LeaderStores.GetRequiredService<TaskStore>().AddAsync(leader, cancellationToken),
            await deployment.HelperStores.GetRequiredService<TaskStore>().AddAsync(helper, cancellationToken),
            collectorKeyPair,
            collectorToken);
    }

    /// <summary>Writes the task's <c>client.json</c>, <c>collector.json</c> and <c>collector-key.json</c> to a folder.</summary>
    public async Task WriteFilesAsync(string folder, CancellationToken cancellationToken)
    {
        TaskParameters all = new()
        {
            Recipient = Role.Leader,
            Id = Id,
            Configuration = Configuration,
            Measurement = new MeasurementEncoding(Vdaf),
            CollectorHpkeConfig = LeaderTask.CollectorHpkeConfig,
            CollectorToken = _collectorToken,
        };
        foreach (Role recipient in new[] { Role.Client, Role.Collector })
        {
            await TaskFile.WriteNewAsync(TaskFile.PathOf(folder, recipient), all.For(recipient), cancellationToken);
        }

        await CollectorKeyFile.WriteNewAsync(Path.Combine(folder, "collector-key.json"), LeaderTask.CollectorHpkeConfig, _collectorKeyPair, cancellationToken);
    }

    /// <summary>Uploads measurements that were made at a time; none may be refused.</summary>
    public async Task UploadAsync(IReadOnlyCollection<TestMeasurement> measurements, DateTimeOffset time, CancellationToken cancellationToken)
    {
        UploadSummary summary = await Client.UploadAsync(
            measurements.Select(measurement => new TimedMeasurement(measurement.Measurement, time)), cancellationToken: cancellationToken);
        if (summary.Accepted != measurements.Count)
        {
            throw new InvalidOperationException($"{summary.Accepted} of {measurements.Count} reports were accepted");
        }
    }

    /// <summary>A query for the interval of some hours from a time on, or for a batch that the Leader selects.</summary>
    public Query QueryFrom(DateTimeOffset start, int hours = 1) => Configuration.BatchMode == BatchMode.LeaderSelected
        ? Query.LeaderSelected
        : Query.TimeInterval(new Interval(Time.FromDateTimeOffset(start, Configuration.TimePrecision), new Duration((ulong)hours)));

    /// <summary>Collects one batch.</summary>
    public Task<CollectionResult> CollectAsync(DateTimeOffset start, CancellationToken cancellationToken) =>
        Collector.CollectAsync(QueryFrom(start), cancellationToken: cancellationToken);

    /// <summary>Builds reports by hand, under the configurations that the aggregators announce.</summary>
    public async Task<DapReportBuilder> BuilderAsync(CancellationToken cancellationToken) => new(
        Id, Configuration, await HpkeConfigAsync(Role.Leader, cancellationToken), await HpkeConfigAsync(Role.Helper, cancellationToken));

    /// <summary>The configuration that an aggregator announces.</summary>
    public async Task<HpkeConfig> HpkeConfigAsync(Role role, CancellationToken cancellationToken)
    {
        Uri uri = (role == Role.Leader ? _leaderUrls : _helperUrls).HpkeConfig();
        byte[] list = await _deployment.Http.GetByteArrayAsync(uri, cancellationToken);
        return WireMessage.Decode<HpkeConfigList>(list).FirstSupported()!;
    }

    /// <summary>Sends reports in one request, once.</summary>
    /// <returns>Which of them were refused.</returns>
    /// <exception cref="HttpRequestException">The request was not answered with success.</exception>
    public async Task<IReadOnlyList<ReportUploadStatus>> PostAsync(IEnumerable<Report> reports, CancellationToken cancellationToken)
    {
        using ByteArrayContent content = new([.. reports.SelectMany(report => WireMessage.Encode(report))]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(DapVersion.Newest.MediaTypes.UploadRequest);
        using HttpResponseMessage response = await _deployment.Http.PostAsync(Reports, content, cancellationToken);
        response.EnsureSuccessStatusCode();
        byte[] errors = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return WireMessage.Decode<UploadErrors>(errors).Status;
    }

    /// <summary>The noise that the Leader has stored for the interval of the hour of a time; null if it has none.</summary>
    public async Task<byte[]?> LeaderNoiseAsync(DateTimeOffset start, CancellationToken cancellationToken)
    {
        byte[] bucket = BatchRange.BucketOf(Time.FromDateTimeOffset(start, Configuration.TimePrecision).Value);
        BatchNoise? noise = await _deployment.LeaderStores.GetRequiredService<BatchNoiseStore>()
            .FindAsync(LeaderTask.Key, new BatchRange(bucket, bucket), [], cancellationToken);
        return noise?.Share;
    }

    /// <summary>How far an aggregator is with all batches together; in leader-selected mode, pending reports are not counted.</summary>
    public Task<BatchSummary> SummarizeAsync(Role role, CancellationToken cancellationToken)
    {
        BatchRange everything = Configuration.BatchMode == BatchMode.TimeInterval
            ? AllTimes
            : new BatchRange(new byte[BatchId.Length], [.. Enumerable.Repeat(byte.MaxValue, BatchId.Length)]);
        return role == Role.Leader
            ? Batches(_deployment.LeaderStores).SummarizeAsync(LeaderTask.Key, everything, cancellationToken)
            : Batches(_deployment.HelperStores).SummarizeAsync(HelperTask.Key, everything, cancellationToken);
    }

    /// <summary>Waits until the Leader has aggregated so many reports.</summary>
    public async Task WaitForAggregatedAsync(long reports, CancellationToken cancellationToken)
    {
        while ((await SummarizeAsync(Role.Leader, cancellationToken)).ReportCount < reports)
        {
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <summary>Waits until an aggregator has marked a batch of the task collected.</summary>
    public async Task WaitForCollectedAsync(Role role, CancellationToken cancellationToken)
    {
        while (!(await SummarizeAsync(role, cancellationToken)).IsCollected)
        {
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <summary>Waits until every report that the Leader has taken was aggregated or rejected.</summary>
    public async Task WaitForNothingPendingAsync(CancellationToken cancellationToken)
    {
        // By their times, reports are found in either batch mode, in a job or not.
        while ((await Batches(_deployment.LeaderStores).SummarizeAsync(LeaderTask.Key, AllTimes, cancellationToken)).PendingReports > 0)
        {
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _collectorKeyPair.Dispose();

    private static BatchStore Batches(IServiceProvider stores) => stores.GetRequiredService<BatchStore>();
}
