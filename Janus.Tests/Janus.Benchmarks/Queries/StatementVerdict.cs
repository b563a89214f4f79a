namespace Janus.Benchmarks.Queries;

/// <summary>A line of the report: a statement over all runs.</summary>
/// <param name="Name">The statement.</param>
/// <param name="Per">What makes it run.</param>
/// <param name="Indexes">The indexes that its plans use.</param>
/// <param name="EstimatedRows">What the planner expected of the slowest execution.</param>
/// <param name="ActualRows">What that execution found.</param>
/// <param name="MedianMilliseconds">The median of each run, by its name.</param>
/// <param name="Faults">What is wrong, with the name of the run; empty when nothing is.</param>
internal sealed record StatementVerdict(
    string Name,
    RunsPer Per,
    IReadOnlyList<string> Indexes,
    double EstimatedRows,
    double ActualRows,
    IReadOnlyDictionary<string, double> MedianMilliseconds,
    IReadOnlyList<string> Faults)
{
    /// <summary>Whether a fault counts: an operator's command may read a table.</summary>
    public bool IsRefused => Faults.Count > 0 && Per != RunsPer.Command;
}
