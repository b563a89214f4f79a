using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Npgsql;

namespace Janus.Benchmarks.Queries;

/// <summary>
/// Fills a database as an aggregator that has been in use for two months would: Leader and Helper tasks of both batch
/// modes, six large ones and many small ones, everything in every state, in the order of arrival.
/// </summary>
internal sealed partial class DatabaseFill
{
    /// <summary>The time at which the filled database stands.</summary>
    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    private const int Kinds = 6;
    private const double ShareOfLargeTasks = 0.6;
    private readonly NpgsqlConnection _connection;
    private readonly ColumnEncryption _encryption;
    private readonly TaskStore _taskStore;
    private readonly HpkeKeyStore _keyStore;
    private readonly TaskprovPeerStore _peerStore;
    private readonly ReportPartitions _partitions;
    private readonly Action<string> _progress;

    public DatabaseFill(
        NpgsqlConnection connection,
        ColumnEncryption encryption,
        TaskStore taskStore,
        HpkeKeyStore keyStore,
        TaskprovPeerStore peerStore,
        ReportPartitions partitions,
        Action<string> progress)
    {
        _connection = connection;
        _encryption = encryption;
        _taskStore = taskStore;
        _keyStore = keyStore;
        _peerStore = peerStore;
        _partitions = partitions;
        _progress = progress;
    }

    /// <summary>Adds the tasks and everything they have, and returns them.</summary>
    /// <param name="reports">The reports of all tasks together.</param>
    /// <param name="tasks">The tasks, at least 12.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<IReadOnlyList<FilledTask>> RunAsync(int reports, int tasks, CancellationToken cancellationToken)
    {
        List<FilledTask> filled = [];
        int[] sizes = Sizes(reports, tasks);
        TaskprovPeer? peer = await _peerStore.AddAsync(TaskprovCases.NewPeer("https://leader.example/", Now), cancellationToken);
        for (int i = 0; i < tasks; i++)
        {
            TaskKind kind = (TaskKind)(i % Kinds);
            DapTask task = NewTask(kind) with { TaskprovPeerKey = i < Kinds ? null : peer!.Key };
            filled.Add(new FilledTask(await _taskStore.AddAsync(task, cancellationToken), kind, sizes[i]));
        }

        _progress($"{tasks:N0} tasks, the largest with {sizes[0]:N0} reports, the smallest with {sizes[^1]:N0}");
        for (byte id = 1; id <= 4; id++)
        {
            HpkeConfig config = new(new HpkeConfigId(id), 0x20, 1, 1, new byte[32]);
            await _keyStore.AddAsync(new StoredHpkeKey(config, new byte[32], Now.AddDays(-id)), cancellationToken);
        }

        await _partitions.EnsureAsync(
            Enumerable.Range(FilledTask.WeekOf(FilledTask.FirstHour), FilledTask.WeekOf(FilledTask.NowHour) - FilledTask.WeekOf(FilledTask.FirstHour) + 1),
            cancellationToken);
        _progress($"{await CopyReportIdsAsync(filled, cancellationToken):N0} report IDs");
        _progress($"{await CopyUnaggregatedAsync(filled, cancellationToken):N0} unaggregated reports");
        _progress($"{await CopyJobsAsync(filled, cancellationToken):N0} aggregation jobs");
        _progress($"{await CopyShardsAsync(filled, cancellationToken):N0} batch bucket shards");
        _progress($"{await CopyBatchesAsync(filled, cancellationToken):N0} leader-selected batches");
        _progress($"{await CopyCollectedAsync(filled, cancellationToken):N0} collected batches");
        _progress($"{await CopyBatchNoiseAsync(filled, cancellationToken):N0} batches with noise");
        _progress($"{await CopyCollectionJobsAsync(filled, cancellationToken):N0} collection jobs");
        _progress($"{await CopyAggregateSharesAsync(filled, cancellationToken):N0} aggregate shares");
        return filled;
    }

    /// <summary>Six large tasks, one of each kind, have most of the reports; the others have fewer and fewer.</summary>
    private static int[] Sizes(int reports, int tasks)
    {
        double harmonic = Enumerable.Range(1, tasks - Kinds).Sum(rank => 1.0 / rank);
        return [.. Enumerable.Range(0, tasks).Select(i => Math.Max(2, i < Kinds
            ? (int)(reports * ShareOfLargeTasks / Kinds)
            : (int)(reports * (1 - ShareOfLargeTasks) / harmonic / (i - Kinds + 1))))];
    }

    private static DapTask NewTask(TaskKind kind)
    {
        bool isLeader = kind < TaskKind.HelperInterval;
        return new()
        {
            Id = TaskId.Random(),
            Role = isLeader ? Role.Leader : Role.Helper,
            Configuration = new TaskConfiguration(new TaskConfigurationFields
            {
                TaskInfo = "a task among many"u8.ToArray(),
                LeaderAggregatorEndpoint = new Url("https://leader.example/"),
                HelperAggregatorEndpoint = new Url("https://helper.example/"),
                TimePrecision = new TimePrecision(3600),
                MinBatchSize = kind is TaskKind.LeaderSelected or TaskKind.LeaderWindowed ? (ulong)FilledTask.BatchSize / 2 : 5,
                BatchMode = kind is TaskKind.LeaderSelected or TaskKind.LeaderWindowed or TaskKind.HelperSelected
                    ? BatchMode.LeaderSelected
                    : BatchMode.TimeInterval,
                VdafType = VdafType.Prio3Count,
                VdafConfiguration = ReadOnlyMemory<byte>.Empty,
            }),
            VerifyKey = RandomNumberGenerator.GetBytes(32),
            CollectorHpkeConfig = new HpkeConfig(new HpkeConfigId(7), 0x20, 1, 1, new byte[32]),
            Tokens = isLeader
                ? [AuthToken.FirstToPresent(BearerToken.Generate(), Now), AuthToken.FirstFromCollector(BearerToken.Generate(), Now)]
                : [AuthToken.FirstFromLeader(BearerToken.Generate(), Now)],
            TargetBatchSize = isLeader ? FilledTask.BatchSize : null,
            BatchTimeWindow = kind == TaskKind.LeaderWindowed ? FilledTask.WindowHours : null,
            Asynchronous = !isLeader,
            CreatedAt = Now,
        };
    }

    // What happened is stored in the order in which it happened, the tasks mixed.
    private static (FilledTask Task, int Index)[] InOrder(
        IReadOnlyList<FilledTask> tasks, Func<FilledTask, int> count)
    {
        List<(FilledTask Task, int Index)> items = [.. tasks.SelectMany(task => Enumerable.Range(0, count(task)).Select(index => (task, index)))];
        float[] order = [.. items.Select(item => (item.Index + 0.5f) / count(item.Task))];
        (FilledTask Task, int Index)[] sorted = [.. items];
        Array.Sort(order, sorted);
        return sorted;
    }
}
