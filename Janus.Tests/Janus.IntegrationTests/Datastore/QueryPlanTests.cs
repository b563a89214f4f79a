using Janus.Benchmarks.Queries;

namespace Janus.IntegrationTests.Datastore;

/// <summary>
/// Holds the plans of all statements against the rules of <c>scripts/explain</c>, on a small database: sequential scans are
/// switched off, so that one is left only where no index will do.
/// </summary>
public sealed class QueryPlanTests
{
    private const int Reports = 20_000;
    private const int Tasks = 50;
    private const int Rounds = 12;
    private const int FewRows = 100;
    private static readonly string[] Variants = ["force_custom_plan", "force_generic_plan"];
    private QuerySession _session = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task Fill() => _session = await QuerySession.CreateAsync(Reports, Tasks, TestContext.Progress.WriteLine, Token);

    [TearDown]
    public ValueTask Drop() => _session.DisposeAsync();

    [Test]
    public async Task Every_statement_that_runs_per_request_or_tick_finds_its_rows_by_an_index()
    {
        QueryReport report = await ReportAsync(Workload.All);
        Assert.That(report.Complaints, Is.Empty);
    }

    [Test]
    public async Task A_statement_that_has_lost_its_index_is_named()
    {
        await _session.ExecuteAsync("DROP INDEX ix_aggregation_jobs_helper_in_progress", Token);
        QueryReport report = await ReportAsync([.. HelperJobCases.All.Where(one => one.Per == RunsPer.Tick)]);
        Assert.That(
            report.Statements.Where(statement => statement.IsRefused).Select(statement => statement.Name),
            Is.EqualTo(["HelperAggregationJobStore.DueTasks"]));
    }

    [Test]
    public async Task A_statement_that_finds_its_rows_by_the_index_of_something_else_is_named()
    {
        await _session.ExecuteAsync("DROP INDEX ix_aggregate_shares_task_key_request_hash", Token);
        QueryReport report = await ReportAsync([.. AggregateShareCases.All.Where(one => one.Method == "AggregateShareStore.RestoreAsync")]);
        Assert.That(
            report.Statements.Where(statement => statement.IsRefused).Select(statement => statement.Name),
            Is.EqualTo(["AggregateShareStore.Restore"]));
    }

    [Test]
    public async Task Statements_and_methods_without_a_case_are_named()
    {
        QueryReport report = await ReportAsync([.. TaskCases.All.Skip(3)]);
        Assert.That(report.Missing, Has.Some.StartsWith("ReportStore.Take: no case"));
        Assert.That(report.Missing, Has.Some.StartsWith("ReportStore.PutAsync: the workload has no case"));
        Assert.That(report.Missing, Has.Some.StartsWith("TaskStore.FindAsync: the workload has no case for this method, or not for each of its overloads"));
        Assert.That(report.Missing, Has.None.StartsWith("TaskStore.ListAsync"));
    }

    private async Task<QueryReport> ReportAsync(IReadOnlyList<WorkloadCase> workload)
    {
        await _session.ExecuteAsync("VACUUM ANALYZE", Token);
        List<QueryRun> runs = [];
        foreach (string variant in Variants)
        {
            runs.Add(await _session.RunAsync(workload, variant, Rounds, [$"plan_cache_mode={variant}", "enable_seqscan=off"], Token));
        }

        return QueryReport.Of(runs, await _session.RulesAsync(smallTablePages: 0, FewRows, Token));
    }
}
