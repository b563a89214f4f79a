using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The Leader's verification states of an aggregation job, between a request and the Helper's answer.</summary>
internal sealed class LeaderVerification : IDisposable
{
    private readonly SecretBuffer _states;

    /// <summary>A job at initialization.</summary>
    /// <param name="states">The buffer behind all states, disposed of together with this.</param>
    /// <param name="pending">The reports that the Helper is asked about, in order.</param>
    /// <param name="inits">The request's element for each of them.</param>
    /// <param name="rejected">Why each other report was rejected.</param>
    public LeaderVerification(
        SecretBuffer states, IReadOnlyList<PendingReport> pending, IReadOnlyList<VerifyInit> inits, IReadOnlyList<ReportError> rejected)
    {
        _states = states;
        Pending = pending;
        Inits = inits;
        Rejected = rejected;
    }

    /// <summary>A job at a later step, from what was stored at the end of the step before.</summary>
    public LeaderVerification(IReadOnlyList<ReportVerification> reports)
    {
        _states = SecretBuffer.Allocate(reports.Sum(report => report.State.Length));
        PendingReport[] pending = new PendingReport[reports.Count];
        int offset = 0;
        for (int i = 0; i < pending.Length; i++)
        {
            Memory<byte> state = _states.Memory.Slice(offset, reports[i].State.Length);
            reports[i].State.CopyTo(state);
            pending[i] = new PendingReport(reports[i].Id, new Time(reports[i].Time), state);
            offset += state.Length;
        }

        Pending = pending;
        Continues = [.. reports.Select(report => new VerifyContinue(report.Id, report.Outbound))];
    }

    /// <summary>The reports that the Helper is asked about, in order.</summary>
    public IReadOnlyList<PendingReport> Pending { get; }

    /// <summary>The request's element for each of them, at initialization.</summary>
    public IReadOnlyList<VerifyInit> Inits { get; } = [];

    /// <summary>The request's element for each of them, at a later step.</summary>
    public IReadOnlyList<VerifyContinue> Continues { get; } = [];

    /// <summary>When the oldest of the job's reports was uploaded, or became due again; known at initialization.</summary>
    public DateTimeOffset? OldestReport { get; init; }

    /// <summary>Why the Leader rejected other reports at initialization.</summary>
    public IReadOnlyList<ReportError> Rejected { get; } = [];

    /// <inheritdoc/>
    public void Dispose() => _states.Dispose();

    /// <summary>The type's name: the states are secret.</summary>
    public override string ToString() => nameof(LeaderVerification);
}
