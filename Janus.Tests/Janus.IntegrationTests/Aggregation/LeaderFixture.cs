using System.Globalization;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Http;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>A Leader whose Helper's answers to a step of the test's choice can be spoilt on their way.</summary>
public abstract class LeaderFixture : DeploymentFixture
{
    /// <summary>A new task with a VDAF of several rounds, aggregated eagerly unless it has an aggregation parameter.</summary>
    protected Task<TestTask> AddTaskAsync(
        int rounds, bool asynchronous = false, BatchMode batchMode = BatchMode.TimeInterval, bool hasAggParam = false) =>
        Deployment.AddTaskAsync(new TestTaskOptions
        {
            MultiRound = new MultiRoundVdaf(rounds, hasAggParam),
            BatchMode = batchMode,
            Asynchronous = asynchronous,
            MinBatchSize = 3,
        });

    /// <summary>The step of an aggregation job that a request is about; <see langword="null"/> for other requests.</summary>
    protected static int? StepOf(ScriptedRequest request) => request switch
    {
        { IsAggregationJob: true } => 0,
        { IsToAggregationJob: true, Method: "POST" } => WireMessage.Decode<AggregationJobContinueReq>(request.Body).Step,
        { IsToAggregationJob: true, Method: "GET" } => int.Parse(request.Query.Split("step=")[1], CultureInfo.InvariantCulture),
        _ => null,
    };

    /// <summary>The bodies of the requests that ask for a step of a task's aggregation jobs.</summary>
    protected byte[][] BodiesOf(TestTask task, int step) =>
        [.. RequestsOf(task).Where(request => request.Method == "POST" && StepOf(request) == step).Select(request => request.Body)];

    /// <summary>The requests to delete aggregation jobs of a task.</summary>
    protected ScriptedRequest[] DeletionsOf(TestTask task) =>
        [.. RequestsOf(task).Where(request => request.Method == "DELETE" && request.IsToAggregationJob)];

    /// <summary>Changes the first answers that the Helper gives to a step, deferrals aside.</summary>
    protected void Spoil(int step, Func<VerifyResp[], VerifyResp[]> change, int times = 1) =>
        Between.Script((request, context) => StepOf(request) != step
            ? Task.FromResult(false)
            : Between.Change((answer, answered) => DapMediaType.Matches(answer.ContentType, DapVersion.Newest.MediaTypes.AggregationJobResp)
                && answer.Body.Length > 0 && Interlocked.Decrement(ref times) >= 0
                    ? ScriptedHelper.WriteAsync(Changed(answer, change), answered)
                    : ScriptedHelper.WriteAsync(answer, answered))(request, context));

    /// <summary>An answer with other VerifyResps.</summary>
    protected static HttpAnswer Changed(HttpAnswer answer, Func<VerifyResp[], VerifyResp[]> change)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(change);
        return answer with { Body = WireMessage.Encode(new AggregationJobResp(change([.. answer.Decode<AggregationJobResp>().VerifyResps]))) };
    }

    /// <summary>Collects and asserts that both sides count the same reports.</summary>
    protected async Task AssertCollectedAsync(TestTask task, params UInt128[] expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        CollectedBatch batch = await Deployment.CollectAsync(task);
        Assert.That(batch.Aggregate, Is.EqualTo(expected));
        Assert.That(await AggregatedAsync(task), Is.EqualTo(((long)batch.ReportCount, (long)batch.ReportCount)));
    }

    /// <summary>How many aggregation jobs of the Leader are in a state.</summary>
    protected Task<long> JobsAsync(TestTask task, AggregationJobState state) =>
        LeaderScalarAsync<long>(task, $"count(*) FILTER (WHERE state = {state:d})", "aggregation_jobs");

    /// <summary>Waits until as many of the Leader's aggregation jobs are in a state.</summary>
    protected async Task AwaitJobsAsync(TestTask task, AggregationJobState state, long count = 1)
    {
        long found = -1;
        for (long started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(40); await Task.Delay(20))
        {
            if ((found = await JobsAsync(task, state)) == count)
            {
                return;
            }
        }

        Assert.Fail($"{count} aggregation jobs {state} expected, {found} found");
    }

    /// <summary>Wrong answers for at least three reports, each by its name.</summary>
    protected static IEnumerable<TestCaseData> WrongAnswers()
    {
        yield return Case("another order", responses => [.. responses.Reverse()]);
        yield return Case("one too few", responses => responses[..^1]);
        yield return Case("one too many", responses => [.. responses, Other()]);
        yield return Case("twenty too many", responses => [.. responses, .. Enumerable.Range(0, 20).Select(_ => Other())]);
        yield return Case("one twice", responses => [responses[0], responses[0], .. responses[2..]]);
        yield return Case("another report", responses => [Other(), .. responses[1..]]);
        yield return Case("a type that cannot come now", responses => [OtherType(responses[0]), .. responses[1..]]);

        static TestCaseData Case(string name, Func<VerifyResp[], VerifyResp[]> change) => new TestCaseData(change).SetArgDisplayNames(name);

        static VerifyResp Other() => VerifyResp.Reject(ReportId.Random(), ReportError.VdafVerifyError);
    }

    /// <summary><c>finish</c> for a report that goes on, <c>continue</c> for one that has ended.</summary>
    protected static VerifyResp OtherType(VerifyResp response) => response.VerifyRespType == VerifyRespType.Finish
        ? VerifyResp.Continue(response.ReportId, new byte[] { 1, 2, 3 })
        : VerifyResp.Finish(response.ReportId);

    /// <summary>Whether the request is an aggregation job's first.</summary>
    protected static bool IsJob(ScriptedRequest request) => request.IsAggregationJob;
}
