using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>What a Leader makes of a Helper's answers to the deletion of an aggregation job.</summary>
public sealed class HelperConnectionTests : EndpointFixture
{
    private HelperConnection Connection => Aggregator.Get<HelperConnection>();

    [Test]
    public async Task A_deletion_that_is_answered_ends_the_outage_of_the_task([Values] bool isGone)
    {
        await using ScriptedHelper helper = await ScriptedHelper.StartAsync();
        (AggregatorTask task, Uri job) = await AddAsync(helper);
        helper.Script(ScriptedHelper.Status(HttpStatusCode.Unauthorized));
        Assert.That(() => DeleteAsync(task, job), Throws.TypeOf<PeerUnavailableException>());
        Assert.That(LinesOf(task), Has.One.Contains("does not take our requests"));

        Clock.Advance(TimeSpan.FromMinutes(1));
        helper.Script(isGone
            ? ScriptedHelper.Problem(DapProblemType.UnrecognizedAggregationJob, "there is none")
            : ScriptedHelper.Status(HttpStatusCode.OK));
        await DeleteAsync(task, job);

        Assert.That(LinesOf(task), Has.One.Contains("takes our requests").And.One.Contains("again after 60 s"));
    }

    [Test]
    public async Task A_deletion_that_is_refused_begins_an_outage_of_the_task()
    {
        await using ScriptedHelper helper = await ScriptedHelper.StartAsync();
        (AggregatorTask task, Uri job) = await AddAsync(helper);
        helper.Script(ScriptedHelper.Problem(DapProblemType.InvalidMessage, "not today"));

        Assert.That(() => DeleteAsync(task, job), Throws.TypeOf<PeerMisbehavedException>());
        Assert.That(() => DeleteAsync(task, job), Throws.TypeOf<PeerMisbehavedException>());

        Assert.That(LinesOf(task), Has.One.Contains("does not take our requests").And.One.Contains("not today"));
    }

    private Task DeleteAsync(AggregatorTask task, Uri job) => Connection.DeleteAggregationJobAsync(task, job, CancellationToken.None);

    private async Task<(AggregatorTask Task, Uri Job)> AddAsync(ScriptedHelper helper)
    {
        TestTask added = await AddTaskAsync(Role.Leader, new TestTaskOptions { Helper = helper.Endpoint });
        AggregatorTask task = (await Aggregator.Get<TaskDirectory>().FindAsync(added.Id, CancellationToken.None))!;
        return (task, task.HelperUrls.AggregationJob(task.Id, AggregationJobId.Random()));
    }

    // The lines of outages, and no others.
    private string[] LinesOf(AggregatorTask task) =>
        [.. Aggregator.Logs.Lines.Where(line => line.Contains(nameof(PeerOutages), StringComparison.Ordinal) && line.Contains($"about task {task.Id}", StringComparison.Ordinal))];
}
