using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>A report whose verification waits for the Helper's message.</summary>
/// <param name="Id">The report ID.</param>
/// <param name="Time">The report's time.</param>
/// <param name="State">The Leader's encoded verification state, or its out share when only the Helper has to finish; a secret.</param>
internal readonly record struct PendingReport(ReportId Id, Time Time, ReadOnlyMemory<byte> State)
{
    /// <summary>The report ID alone: the state is secret.</summary>
    public override string ToString() => Id.ToString();
}
