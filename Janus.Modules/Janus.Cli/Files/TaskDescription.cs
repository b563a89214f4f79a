using System.Buffers.Text;
using System.Text;
using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>A stored task without its secrets, as people and programs read it.</summary>
internal sealed record TaskDescription
{
    /// <summary>The task ID.</summary>
    public required string TaskId { get; init; }

    /// <summary>leader or helper.</summary>
    public required string Role { get; init; }

    /// <summary>The task's task_info; bytes that are no text are base64url.</summary>
    public required string TaskInfo { get; init; }

    /// <summary>The Leader's endpoint.</summary>
    public required string Leader { get; init; }

    /// <summary>The Helper's endpoint.</summary>
    public required string Helper { get; init; }

    /// <summary>The VDAF in words.</summary>
    public required string Vdaf { get; init; }

    /// <summary>time-interval or leader-selected.</summary>
    public required string BatchMode { get; init; }

    /// <summary>The smallest number of reports in a batch.</summary>
    public required ulong MinBatchSize { get; init; }

    /// <summary>The time precision in seconds.</summary>
    public required ulong TimePrecision { get; init; }

    /// <summary>When the task takes reports, if it ends.</summary>
    public string? TaskInterval { get; init; }

    /// <summary>How many reports the Leader puts into a batch of its choice, if set.</summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>How long a batch of the Leader's choice lasts at most, in seconds, if set.</summary>
    public ulong? BatchTimeWindow { get; init; }

    /// <summary>How old a report may get here, in seconds, if reports expire.</summary>
    public ulong? ReportExpiryAge { get; init; }

    /// <summary>Whether the Helper answers later; null for a Leader.</summary>
    public bool? Asynchronous { get; init; }

    /// <summary>The noise that this Aggregator adds to its aggregate shares, if any.</summary>
    public string? DifferentialPrivacy { get; init; }

    /// <summary>The number of the peer with whom the task was opted into; null for a task that was added.</summary>
    public int? TaskprovPeer { get; init; }

    /// <summary>The Collector's encoded HpkeConfig, base64url.</summary>
    public required string CollectorHpkeConfig { get; init; }

    /// <summary>The encoded TaskConfiguration, base64url.</summary>
    public required string TaskConfiguration { get; init; }

    /// <summary>The fingerprint of the task ID and configuration, the same at all participants.</summary>
    public required string TaskConfigurationFingerprint { get; init; }

    /// <summary>The fingerprint of the verify key, the same at both Aggregators.</summary>
    public required string VerifyKeyFingerprint { get; init; }

    /// <summary>What became of the task's reports, where one task is shown.</summary>
    public TaskCountsDescription? Reports { get; init; }

    /// <summary>When the task was added here.</summary>
    public required string CreatedAt { get; init; }

    /// <summary>Describes a task.</summary>
    public static TaskDescription Of(DapTask task)
    {
        TaskConfiguration configuration = task.Configuration;
        return new TaskDescription
        {
            TaskId = task.Id.ToString(),
            Role = TaskFile.NameOf(task.Role),
            TaskInfo = Printable(configuration.TaskInfo.Span),
            Leader = configuration.LeaderAggregatorEndpoint.ToString(),
            Helper = configuration.HelperAggregatorEndpoint.ToString(),
            Vdaf = VdafDescription.Of(configuration).ToString(),
            BatchMode = configuration.BatchMode == Messages.BatchMode.LeaderSelected ? "leader-selected" : "time-interval",
            MinBatchSize = configuration.MinBatchSize,
            TimePrecision = configuration.TimePrecision.Seconds,
            TaskInterval = configuration.TaskInterval() is { } interval ? interval.ToString(configuration.TimePrecision) : null,
            TargetBatchSize = task.TargetBatchSize,
            BatchTimeWindow = task.BatchTimeWindow * configuration.TimePrecision.Seconds,
            ReportExpiryAge = task.ReportExpiryAge * configuration.TimePrecision.Seconds,
            Asynchronous = task.Role == Messages.Role.Helper ? task.Asynchronous : null,
            DifferentialPrivacy = task.DifferentialPrivacy?.ToString(),
            TaskprovPeer = task.TaskprovPeerKey,
            CollectorHpkeConfig = CollectorKeyFile.Encode(task.CollectorHpkeConfig),
            TaskConfiguration = Base64Url.EncodeToString(configuration.Encoded.Span),
            TaskConfigurationFingerprint = TaskFingerprints.OfConfiguration(task.Id, configuration),
            VerifyKeyFingerprint = TaskFingerprints.OfVerifyKey(task.Id, task.VerificationKeyId, task.VerifyKey),
            CreatedAt = InstantText.Format(task.CreatedAt),
        };
    }

    private static string Printable(ReadOnlySpan<byte> bytes)
    {
        bool isText = bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        return isText ? Encoding.ASCII.GetString(bytes) : Base64Url.EncodeToString(bytes);
    }
}
