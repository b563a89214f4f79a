namespace Janus.Benchmarks.Queries;

/// <summary>What all runs say about all statements.</summary>
internal sealed record QueryReport(IReadOnlyList<StatementVerdict> Statements, IReadOnlyList<string> Missing)
{
    /// <summary>Whether every statement is known, ran, and found its rows by an index.</summary>
    public bool IsGood => Missing.Count == 0 && !Statements.Any(statement => statement.IsRefused);

    /// <summary>What is not good, a line for each.</summary>
    public IReadOnlyList<string> Complaints =>
    [
        .. Missing,
        .. Statements.Where(statement => statement.IsRefused).Select(statement => $"{statement.Name}: {string.Join("; ", statement.Faults)}"),
    ];

    /// <summary>Judges runs.</summary>
    public static QueryReport Of(IReadOnlyList<QueryRun> runs, PlanRules rules)
    {
        string[] names = [.. runs.SelectMany(run => run.Executions.Keys).Distinct().Order(StringComparer.Ordinal)];
        return new QueryReport([.. names.Select(name => Judge(name, runs, rules))], [.. Missed(runs)]);
    }

    private static IEnumerable<string> Missed(IReadOnlyList<QueryRun> runs)
    {
        foreach (QueryRun run in runs)
        {
            foreach (string statement in KnownStatements.Named().Except(run.Executions.Keys).Order(StringComparer.Ordinal))
            {
                yield return $"{statement}: no case of the workload has run this statement ({run.Variant})";
            }
        }

        foreach (string sql in KnownStatements.Unnamed())
        {
            yield return $"a statement does not begin with its name: {sql.ReplaceLineEndings(" ")}";
        }

        ILookup<string, string> cases = runs[0].Methods.ToLookup(method => method);
        foreach (IGrouping<string, string> method in KnownStatements.Methods().GroupBy(method => method))
        {
            if (cases[method.Key].Count() < method.Count())
            {
                yield return $"{method.Key}: the workload has no case for this method, or not for each of its overloads";
            }
        }
    }

    private static StatementVerdict Judge(string name, IReadOnlyList<QueryRun> runs, PlanRules rules)
    {
        QueryRun[] having = [.. runs.Where(run => run.Executions.ContainsKey(name))];
        List<string> faults = [];
        foreach (QueryRun run in having)
        {
            // Once in a run is what dead entries of an index cost: the first who meets them marks them.
            string[] found = [.. run.Executions[name].Select(rules.Fault).OfType<string>()];
            faults.AddRange(found.Skip(1).Take(1).Select(fault => $"{fault} ({found.Length} of {run.Executions[name].Count} in {run.Variant})"));
        }

        ExecutedStatement[] all = [.. having.SelectMany(run => run.Executions[name])];
        RunsPer per = having.Max(run => run.PerOf(name));
        if (per != RunsPer.Command && all.Any(statement => !statement.IsNamed && !statement.IsPlainInsert))
        {
            faults.Add("does not begin with its name");
        }

        ExecutedStatement slowest = all.MaxBy(statement => statement.Milliseconds)!;
        PlanNode root = slowest.Plan.Type == "ModifyTable" && slowest.Plan.Children is [var first, ..] ? first : slowest.Plan;
        return new StatementVerdict(
            name,
            per,
            [.. all.SelectMany(statement => statement.Plan.All()).Select(node => node.Index).OfType<string>().Distinct().Order(StringComparer.Ordinal)],
            root.EstimatedRows,
            root.Rows,
            having.ToDictionary(run => run.Variant, run => Median(run.Executions[name].Select(statement => statement.Milliseconds))),
            faults);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
