using System.Globalization;

namespace Janus.Benchmarks.Queries;

/// <summary>Tells a plan that finds its rows by an index from one that searches for them.</summary>
/// <param name="SmallTablePages">A table of at most this many pages of 8 KiB may be read as a whole.</param>
/// <param name="FewRows">So many rows may be read in vain.</param>
/// <param name="TablePages">How large the tables are.</param>
/// <param name="LeadingColumns">The first column of each index.</param>
internal sealed record PlanRules(
    int SmallTablePages, int FewRows, IReadOnlyDictionary<string, long> TablePages, IReadOnlyDictionary<string, string> LeadingColumns)
{
    private const int RowsInVain = 10;
    private const int PagesPerRow = 10;

    // Dead entries of an index are stepped over until the next vacuum.
    private const int FewPages = 500;

    // At most 256 configurations exist, peers are added by hand, and migrations are few.
    private static readonly HashSet<string> AlwaysSmall =
        ["hpke_keys", "hpke_config_ids", "taskprov_peers", "taskprov_verify_key_inits", "__EFMigrationsHistory"];

    /// <summary>What these read grows with the batch they are about, by nature: with its shards, of which each job adds one to a bucket.</summary>
    private static readonly HashSet<string> WholeBatch = ["BatchStatements.Count", "BatchStatements.Fingerprint", "BatchStatements.HasOtherAggParam"];

    /// <summary>What is wrong with the plan; null when nothing is.</summary>
    public string? Fault(ExecutedStatement statement) => Faults(statement.Plan, isLimited: false, WholeBatch.Contains(statement.Name)).FirstOrDefault();

    /// <summary>Whether the statement may read all of a batch.</summary>
    public static bool ReadsWholeBatch(string statement) => WholeBatch.Contains(statement);

    private IEnumerable<string> Faults(PlanNode node, bool isLimited, bool isWholeBatch)
    {
        bool isWholeTable = node.Type == "Seq Scan";
        if (isWholeTable && !IsSmall(node.Relation!))
        {
            yield return $"reads the whole table {node.Relation}";
        }

        if (node.Index is { } index && !isLimited && !AlwaysSmall.Contains(node.Relation ?? "") && !UsesFirstColumn(node))
        {
            yield return $"reads the whole index {index}";
        }

        if (!isWholeBatch && !isWholeTable && IsVain(node.RemovedRows, node.Rows))
        {
            yield return Text($"throws {node.RemovedRows:N0} rows away for {node.Rows:N0} of {node.Relation ?? node.Type}");
        }

        double pages = node.Pages - node.Children.Where(child => child.Relationship is "SubPlan" or "InitPlan").Sum(child => child.Pages);
        if (node.IsScan && pages > FewPages + (PagesPerRow * (node.Rows + node.Loops)))
        {
            yield return Text($"touches {pages:N0} pages for {node.Rows:N0} rows of {node.Relation}");
        }

        double inputs = node.Type is "ModifyTable" or "Limit" || node.IsScan
            ? 0
            : node.Children.SelectMany(Inputs).Where(input => !AlwaysSmall.Contains(input.Relation!)).Sum(input => input.Rows);
        if (!isWholeBatch && IsVain(inputs, node.Rows))
        {
            yield return Text($"reads {inputs:N0} rows for {node.Rows:N0} ({node.Type})");
        }

        foreach (string fault in node.Children.SelectMany(child => Faults(child, isLimited || node.Type == "Limit", isWholeBatch)))
        {
            yield return fault;
        }
    }

    private bool IsSmall(string table) => AlwaysSmall.Contains(table) || TablePages.GetValueOrDefault(table) <= SmallTablePages;

    private bool IsVain(double read, double used) => read > FewRows && read > RowsInVain * used;

    // A condition on the second column alone visits every entry of the index.
    private bool UsesFirstColumn(PlanNode node) =>
        node.IndexCondition is { } condition
        && LeadingColumns.TryGetValue(node.Index!, out string? column)
        && condition.Contains(column, StringComparison.Ordinal);

    // The scans that feed a node, through nodes that only keep rows.
    private static IEnumerable<PlanNode> Inputs(PlanNode node) => node switch
    {
        { IsScan: true } => [node],
        { Type: "Hash" or "Materialize" or "Memoize" or "Sort" } => node.Children.SelectMany(Inputs),
        _ => [],
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
