using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.Aggregator;

/// <summary>A task as the aggregator works on it: its stored parameters with everything derived from them once.</summary>
internal sealed class AggregatorTask
{
    // What a report costs beside its shares: identifiers, ciphertext framing, object headers.
    private const int ReportOverhead = 1 << 10;

    private (InputShareRecipients Recipients, InputShareOpener Opener)? _opener;
    private readonly Lock _openerLock = new();

    /// <exception cref="NotSupportedException">The task has an extension or a parameter that is not supported.</exception>
    /// <exception cref="UnsupportedVdafException">The task uses a VDAF that is not supported.</exception>
    public AggregatorTask(DapTask stored, SupportedVdafs vdafs)
    {
        IReadOnlyList<string> mistakes = TaskConfigurationRules.FindMistakes(stored.Configuration);
        if (mistakes.Count > 0)
        {
            throw new NotSupportedException(string.Join("; ", mistakes));
        }

        Stored = stored;
        Vdaf = vdafs.Create(stored.Configuration);
        Noise = stored.DifferentialPrivacy is { } strategy ? new TaskNoise(strategy, stored.Configuration, Vdaf) : null;
        PingPong = new PingPongTopology(Vdaf);
        VdafContext = Version.VdafContext(stored.Id);
        BatchMode = BatchModeRules.For(stored.Configuration.BatchMode);
        TaskInterval = stored.Configuration.TaskInterval();
        AggregateShares = new AggregateShareSealer(Version, stored.Id, stored.Configuration, stored.Role, stored.CollectorHpkeConfig);
        LeaderUrls = new AggregatorUrls(stored.Configuration.LeaderAggregatorEndpoint);
        HelperUrls = new AggregatorUrls(stored.Configuration.HelperAggregatorEndpoint);
    }

    /// <summary>The task as it is stored.</summary>
    public DapTask Stored { get; }

    /// <summary>The surrogate key in the datastore.</summary>
    public int Key => Stored.Key;

    /// <summary>The task ID.</summary>
    public TaskId Id => Stored.Id;

    /// <summary>The draft that the task's messages follow.</summary>
    public DapVersion Version { get; } = DapVersion.Newest;

    /// <summary>Leader or Helper: our role in this task.</summary>
    public Role Role => Stored.Role;

    /// <summary>The task configuration, with its exact bytes.</summary>
    public TaskConfiguration Configuration => Stored.Configuration;

    /// <summary>The VDAF.</summary>
    public IVdaf Vdaf { get; }

    /// <summary>The noise that our aggregate shares get; <see langword="null"/> for none.</summary>
    public TaskNoise? Noise { get; }

    /// <summary>The VDAF's verification between the two Aggregators.</summary>
    public PingPongTopology PingPong { get; }

    /// <summary>The VDAF's application context.</summary>
    public byte[] VdafContext { get; }

    /// <summary>The batch mode.</summary>
    public BatchModeRules BatchMode { get; }

    /// <summary>The interval in which reports may be generated, if the task has one.</summary>
    public Interval? TaskInterval { get; }

    /// <summary>Encrypts our aggregate shares to the Collector.</summary>
    public AggregateShareSealer AggregateShares { get; }

    /// <summary>The Leader's resources.</summary>
    public AggregatorUrls LeaderUrls { get; }

    /// <summary>The Helper's resources.</summary>
    public AggregatorUrls HelperUrls { get; }

    /// <summary>
    /// The error for a report generated at <paramref name="time"/>, or <see langword="null"/>: DAP §4.5.3.4
    /// (input-share-validation). Of an expired report it is not known any more whether it was counted: it is dropped.
    /// </summary>
    public ReportError? CheckTime(Time time, DateTimeOffset now, TimeSpan tolerableClockSkew) =>
        ReportTimeRules.Check(time, Configuration.TimePrecision, TaskInterval, now, tolerableClockSkew)
            ?? (HasExpired(time, now) ? ReportError.ReportDropped : null);

    /// <summary>Whether a report generated at <paramref name="time"/> has expired.</summary>
    public bool HasExpired(Time time, DateTimeOffset now) => time.Value < Stored.FirstLiveTime(now);

    /// <summary>The room that a report takes in an upload's body, in bytes; one with large extensions may take more.</summary>
    public long ReportBodyLength =>
        (long)Vdaf.PublicShareLength + Vdaf.InputShareLength(0) + Vdaf.InputShareLength(1) + ReportOverhead;

    /// <summary>The room that a report takes in an AggregationJobInitReq, in bytes; one with large extensions may take more.</summary>
    public long VerifyInitBodyLength(ReadOnlySpan<byte> aggParam) =>
        (long)Vdaf.PublicShareLength + Vdaf.InputShareLength(1) + PingPong.MessageLength(aggParam, 0) + ReportOverhead;

    /// <summary>What a report in the Leader's aggregation job occupies in memory, in bytes.</summary>
    public long LeaderBytesPerReport(ReadOnlySpan<byte> aggParam) =>
        (long)Vdaf.InputShareLength(0) + PingPong.StateLength(aggParam, 0) + ReportOverhead;

    /// <summary>What a report in the Helper's verification occupies in memory, in bytes.</summary>
    public long HelperBytesPerReport(ReadOnlySpan<byte> aggParam) =>
        (long)Vdaf.InputShareLength(0) + Vdaf.OutShareLength(aggParam) + ReportOverhead;

    /// <summary>Opens this task's input shares with our HPKE keys as they are now.</summary>
    public InputShareOpener OpenerWith(InputShareRecipients recipients)
    {
        lock (_openerLock)
        {
            if (_opener is not { } current || !ReferenceEquals(current.Recipients, recipients))
            {
                current = (recipients, new InputShareOpener(Version, Id, Configuration, recipients));
                _opener = current;
            }

            return current.Opener;
        }
    }
}
