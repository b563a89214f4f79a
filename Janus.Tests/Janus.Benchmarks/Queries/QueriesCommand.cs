using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Janus.Testing;

namespace Janus.Benchmarks.Queries;

/// <summary><c>queries</c>: fills a database, runs every statement on it and judges the plans.</summary>
internal static class QueriesCommand
{
    private const int SmallTablePages = 100;
    private const int FewRows = 1_000;
    private const int LeastReports = 10_000;
    private const int LeastTasks = 12;

    // Kinds of tasks, large and small by turns.
    private const int LeastRounds = 12;

    // Without ANALYZE, the planner knows no more of the columns than when the tables were empty.
    private static readonly (string Statistics, string Mode, string? Maintenance)[] Variants =
    [
        ("stale", "custom", null), ("stale", "generic", "VACUUM"), ("fresh", "custom", "VACUUM ANALYZE"), ("fresh", "generic", "VACUUM ANALYZE"),
    ];

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Parses the command line behind the verb, runs it, and returns the exit code: 1 for complaints.</summary>
    public static Task<int> RunAsync(string[] args) => Create().Parse(args).InvokeAsync();

    private static RootCommand Create()
    {
        Option<int> reports = new("--reports") { Description = "How many reports the database has.", HelpName = "N", DefaultValueFactory = _ => 1_000_000 };
        Option<int> tasks = new("--tasks") { Description = "How many tasks they belong to, at least 12, and at most a hundredth of the reports.", HelpName = "N", DefaultValueFactory = _ => 1_000 };
        Option<int> rounds = new("--rounds") { Description = "How often each case runs in each variant, at least 12.", HelpName = "N", DefaultValueFactory = _ => 12 };
        Option<string?> plans = new("--plans") { Description = "Write all plans into this file.", HelpName = "FILE" };
        Option<string?> json = new("--json") { Description = "Write the table into this file, as JSON.", HelpName = "FILE" };
        RootCommand command = new("Fill a database, run every statement of the datastore on it as an aggregator does, and judge the plans")
        {
            reports, tasks, rounds, plans, json,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            result.GetValue(reports),
            result.GetValue(tasks),
            result.GetValue(rounds),
            result.GetValue(plans),
            result.GetValue(json),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int reports, int tasks, int rounds, string? plans, string? json, CancellationToken cancellationToken)
    {
        // With fewer, some states would not occur.
        if (reports < LeastReports || tasks < LeastTasks || tasks > reports / 100 || rounds < LeastRounds)
        {
            await Console.Error.WriteLineAsync(
                $"at least {LeastReports} reports, {LeastTasks} tasks with a hundred reports each, and {LeastRounds} rounds expected");
            return 1;
        }

        long start = Stopwatch.GetTimestamp();
        void Progress(string text) => Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,6:N1} s  {text}"));
        try
        {
            await using QuerySession session = await QuerySession.CreateAsync(reports, tasks, Progress, cancellationToken);
            List<QueryRun> runs = [];
            foreach ((string statistics, string mode, string? maintenance) in Variants)
            {
                if (maintenance is not null)
                {
                    Progress(maintenance);
                    await session.ExecuteAsync(maintenance, cancellationToken);
                }

                string[] settings = [$"plan_cache_mode=force_{mode}_plan"];
                runs.Add(await session.RunAsync(Workload.All, $"{statistics} {mode}", rounds, settings, cancellationToken));
            }

            QueryReport report = QueryReport.Of(runs, await session.RulesAsync(SmallTablePages, FewRows, cancellationToken));
            Print(report, runs);
            await WriteAsync(report, runs, plans, json, cancellationToken);
            return report.IsGood ? 0 : 1;
        }
        finally
        {
            await TestPostgres.StopAsync();
        }
    }

    private static void Print(QueryReport report, List<QueryRun> runs)
    {
        Console.WriteLine($"| statement | runs per | indexes | rows estimated / actual | {string.Join(" | ", runs.Select(run => $"ms, {run.Variant}"))} | verdict |");
        Console.WriteLine($"|---|---|---|---|{string.Concat(Enumerable.Repeat("---|", runs.Count))}---|");
        foreach (StatementVerdict statement in report.Statements.OrderByDescending(statement => statement.Per).ThenBy(statement => statement.Name, StringComparer.Ordinal))
        {
            IEnumerable<string> times = runs.Select(run => statement.MedianMilliseconds.TryGetValue(run.Variant, out double ms)
                ? ms.ToString("0.00", CultureInfo.InvariantCulture)
                : "");
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {statement.Name} | {statement.Per.ToString().ToLowerInvariant()} | {string.Join(", ", statement.Indexes)} | {statement.EstimatedRows:0} / {statement.ActualRows:0} | {string.Join(" | ", times)} | {VerdictOf(statement)} |"));
        }

        Console.WriteLine();
        foreach (string complaint in report.Complaints)
        {
            Console.WriteLine(complaint);
        }

        Console.WriteLine(report.IsGood
            ? $"{report.Statements.Count} statements: all known, all ran, and all that run per request or tick find their rows by an index"
            : $"{report.Statements.Count} statements, {report.Complaints.Count} complaints");
    }

    private static string VerdictOf(StatementVerdict statement) =>
        statement.Faults.Count > 0 ? $"{(statement.IsRefused ? "BAD" : "command")}: {string.Join("; ", statement.Faults)}"
        : PlanRules.ReadsWholeBatch(statement.Name) ? "reads the batch"
        : statement.Indexes.Count == 0 ? "no table"
        : "index";

    private static async Task WriteAsync(QueryReport report, List<QueryRun> runs, string? plans, string? json, CancellationToken cancellationToken)
    {
        if (plans is not null)
        {
            StringBuilder text = new();
            foreach (QueryRun run in runs)
            {
                foreach ((string name, List<ExecutedStatement> executions) in run.Executions.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    // The fastest and the slowest show whether they differ.
                    ExecutedStatement[] shown = [.. executions.OrderBy(statement => statement.Milliseconds)];
                    foreach (ExecutedStatement statement in new[] { shown[0], shown[^1] }.Distinct())
                    {
                        text.AppendLine(CultureInfo.InvariantCulture, $"== {run.Variant}: {name}, {statement.Milliseconds} ms").AppendLine(statement.Json).AppendLine();
                    }
                }
            }

            await File.WriteAllTextAsync(plans, text.ToString(), cancellationToken);
        }

        if (json is not null)
        {
            await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, Indented), cancellationToken);
        }
    }
}
