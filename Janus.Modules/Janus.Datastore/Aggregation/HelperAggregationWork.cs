namespace Janus.Datastore;

/// <summary>What a Helper's step works with beside the job itself.</summary>
/// <param name="Request">The request of a deferred step, as it came; <see langword="null"/> when none is deferred.</param>
/// <param name="Verification">The reports that wait for the next step, in order; empty at step 0.</param>
public sealed record HelperAggregationWork(byte[]? Request, IReadOnlyList<ReportVerification> Verification)
{
    /// <summary>The number of reports, never a state.</summary>
    public override string ToString() => $"{nameof(HelperAggregationWork)} ({Verification.Count} reports)";
}
