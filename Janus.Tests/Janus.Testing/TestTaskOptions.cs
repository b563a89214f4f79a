using Janus.Dap;
using Janus.Messages;

namespace Janus.Testing;

/// <summary>What tests vary about a task.</summary>
public sealed record TestTaskOptions
{
    public Uri Leader { get; init; } = new("https://leader.example/");

    public Uri Helper { get; init; } = new("https://helper.example/");

    public BatchMode BatchMode { get; init; } = BatchMode.TimeInterval;

    public ulong MinBatchSize { get; init; } = 3;

    /// <summary>How many reports the Leader puts into a batch of its choice; as many as the minimum if it is not set.</summary>
    public ulong? TargetBatchSize { get; init; }

    /// <summary>By default a small histogram: it has a public share, which the sums and counts have not.</summary>
    public VdafDescription Vdaf { get; init; } = VdafDescription.Histogram(4, 2);

    /// <summary>The VDAF instead of <see cref="Vdaf"/>, where it must have rounds or an aggregation parameter.</summary>
    public MultiRoundVdaf? MultiRound { get; init; }

    /// <summary>The noise of the Leader, as an operator writes it; none when <see langword="null"/>.</summary>
    public string? LeaderNoise { get; init; }

    /// <summary>The noise of the Helper, as an operator writes it; none when <see langword="null"/>.</summary>
    public string? HelperNoise { get; init; }

    public Interval? TaskInterval { get; init; }

    /// <summary>Whether the Helper answers later.</summary>
    public bool Asynchronous { get; init; }

    /// <summary>How old reports may get on both sides, in time-precision units of a minute.</summary>
    public ulong? ReportExpiryAge { get; init; }

    /// <summary>Task extensions beside the interval, valid or not.</summary>
    public IReadOnlyList<TaskExtension> Extensions { get; init; } = [];

    /// <summary>What the Aggregators share, for a task that is advertised to them.</summary>
    public TestAgreement? Agreement { get; init; }

    public byte VerificationKeyId { get; init; } = 9;
}
