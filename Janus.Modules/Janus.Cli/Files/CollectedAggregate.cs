namespace Janus.Cli.Files;

/// <summary>The aggregate result of a batch, as programs read it.</summary>
/// <param name="TaskId">The task.</param>
/// <param name="ReportCount">The number of reports in the batch.</param>
/// <param name="Interval">The smallest interval that contains all of them, start/duration.</param>
/// <param name="Labels">What the elements of the result are.</param>
/// <param name="AggregateResult">The elements, as numbers of any size.</param>
internal sealed record CollectedAggregate(
    string TaskId, ulong ReportCount, string Interval, IReadOnlyList<string> Labels, IReadOnlyList<UInt128> AggregateResult);
