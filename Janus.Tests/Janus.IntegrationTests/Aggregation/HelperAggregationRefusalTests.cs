using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Aggregation;

/// <summary>DAP §4.5.3.2 (aggregation-helper-init) over HTTP: jobs that are refused, and reports that are rejected.</summary>
/// <param name="asynchronous">Whether the Helper defers its answers.</param>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperAggregationRefusalTests(bool asynchronous) : HelperFixture(asynchronous)
{
    private const string MediaType = "application/ppm-dap;message=aggregation-job-init-req";
    private static readonly AggregationJobExtension Unknown = new((AggregationJobExtensionType)0x4321, new byte[] { 1 });
    private static readonly AggregationJobExtension SomeBatch = AggregationJobExtension.LeaderSelectedBatchId(BatchId.Random());

    private static readonly string[] InvalidMessages = [.. Breakages.InvalidMessage.Keys];

    [Test]
    public async Task A_job_without_reports_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        await AssertRefusedAsync(leader, leader.InitBody([]), DapProblemType.InvalidMessage);
    }

    [Test]
    public async Task A_job_with_a_report_twice_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        MadeReport report = Report(leader, ReportShape.Valid);
        VerifyInit sameId = leader.Init(Report(leader, new ReportShape { Id = report.Id, Measurement = 2 }));
        await AssertRefusedAsync(
            leader, leader.InitBody([leader.Init(report), leader.Init(Report(leader, ReportShape.Valid)), sameId]), DapProblemType.InvalidMessage);
    }

    [Test]
    public async Task A_job_of_the_time_interval_mode_with_an_extension_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit[] inits = [leader.Init(Report(leader, ReportShape.Valid))];
        await AssertRefusedAsync(leader, leader.InitBody(inits, [Unknown]), DapProblemType.UnsupportedExtension);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [SomeBatch]), DapProblemType.UnsupportedExtension);
    }

    [Test]
    public async Task A_job_of_the_leader_selected_mode_needs_one_batch_id_and_nothing_else()
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        VerifyInit[] inits = [leader.Init(Report(leader, ReportShape.Valid))];
        AggregationJobExtension malformed = SomeBatch with { ExtensionData = SomeBatch.ExtensionData[..^1] };
        await AssertRefusedAsync(leader, leader.InitBody(inits, []), DapProblemType.InvalidMessage);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [malformed]), DapProblemType.InvalidMessage);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [SomeBatch, SomeBatch]), DapProblemType.InvalidMessage);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [SomeBatch, Unknown]), DapProblemType.UnsupportedExtension);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [Unknown, SomeBatch]), DapProblemType.UnsupportedExtension);
        await AssertRefusedAsync(leader, leader.InitBody(inits, [Unknown]), DapProblemType.UnsupportedExtension);
    }

    [Test]
    public async Task A_job_under_another_verification_key_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { VerificationKeyId = 5 });
        VerifyInit[] inits = [leader.Init(Report(leader, ReportShape.Valid))];
        await AssertRefusedAsync(leader, leader.InitBody(inits, [], verificationKeyId: 6), DapProblemType.InvalidMessage);
    }

    [Test]
    public async Task A_job_with_an_aggregation_parameter_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit[] inits = [leader.Init(Report(leader, ReportShape.Valid))];
        await AssertRefusedAsync(leader, leader.InitBody(inits, [], aggParam: [0]), DapProblemType.InvalidAggregationParameter);
    }

    [Test]
    public async Task A_job_with_too_many_reports_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit[] inits = [.. Enumerable.Range(0, 31).Select(_ => leader.Init(Report(leader, ReportShape.Valid)))];
        await AssertRefusedAsync(leader, leader.InitBody(inits), DapProblemType.InvalidMessage);
        AssertOk(await leader.PostInitAsync(leader.InitBody(inits[..30])));
    }

    [Test]
    public async Task A_body_larger_than_the_most_reports_need_is_refused()
    {
        ScriptedLeader leader = await LeaderAsync();
        HttpAnswer answer = await leader.PostInitAsync(new byte[1 << 20]);
        AssertProblem(answer, HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task A_body_that_is_cut_off_anywhere_changes_nothing()
    {
        ScriptedLeader leader = await LeaderAsync();
        byte[] body = leader.InitBody([leader.Init(Report(leader, ReportShape.Valid))]);
        for (int length = 0; length < body.Length; length += 11)
        {
            AssertProblem(await leader.PostInitAsync(body[..length]), DapProblemType.InvalidMessage, leader.Task.Id);
        }

        await AssertRefusedAsync(leader, [.. body, 0], DapProblemType.InvalidMessage);
        Assert.That(leader.Finish(await leader.PostInitAsync(body)), Has.Count.EqualTo(1));
    }

    [TestCase("application/octet-stream")]
    [TestCase("application/ppm-dap;message=aggregation-job-continue-req")]
    public async Task Another_media_type_is_refused(string mediaType)
    {
        ScriptedLeader leader = await LeaderAsync();
        byte[] body = leader.InitBody([leader.Init(Report(leader, ReportShape.Valid))]);
        HttpAnswer answer = await RawHttp.PostAsync(leader.AggregationJobs, mediaType, body, leader.Task.AggregatorToken);
        AssertProblem(answer, HttpStatusCode.UnsupportedMediaType);
        await AssertUnchangedAsync(leader.Task);
    }

    [Test]
    public async Task The_older_way_to_create_a_job_is_not_allowed()
    {
        ScriptedLeader leader = await LeaderAsync();
        Uri job = At($"tasks/{leader.Task.Id}/aggregation_jobs/{AggregationJobId.Random()}");
        using ByteArrayContent content = new(leader.InitBody([leader.Init(Report(leader, ReportShape.Valid))]));
        HttpAnswer answer = await RawHttp.SendAsync(HttpMethod.Put, job, leader.Task.AggregatorToken, MediaType, content);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [TestCaseSource(nameof(InvalidMessages))]
    public async Task A_report_that_breaks_a_rule_is_rejected_alone(string breakage)
    {
        ScriptedLeader leader = await LeaderAsync();
        await AssertRejectedAloneAsync(leader, Breakages.InvalidMessage[breakage], ReportError.InvalidMessage);
    }

    [Test]
    public async Task A_report_that_does_not_open_is_rejected_alone()
    {
        ScriptedLeader leader = await LeaderAsync();
        await AssertRejectedAloneAsync(leader, Breakages.BadCiphertext, ReportError.HpkeDecryptError);
        await AssertRejectedAloneAsync(leader, Breakages.OtherTask, ReportError.HpkeDecryptError);
        await AssertRejectedAloneAsync(leader, Breakages.UnknownHpkeConfig, ReportError.HpkeDecryptError);
    }

    [Test]
    public async Task A_report_from_the_future_is_rejected_alone([Values(6ul, 1ul << 62, ulong.MaxValue)] ulong ahead)
    {
        ScriptedLeader leader = await LeaderAsync();
        ulong time = ahead == ulong.MaxValue ? ahead : CurrentTime.Value + ahead;
        await AssertRejectedAloneAsync(leader, new ReportShape { Time = new Time(time) }, ReportError.ReportTooEarly);
    }

    [Test]
    public async Task A_report_from_before_or_after_the_task_is_rejected_alone()
    {
        Time start = new(CurrentTime.Value - 10);
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { TaskInterval = new Interval(start, new Duration(11)) });
        await AssertRejectedAloneAsync(leader, new ReportShape { Time = new Time(start.Value - 1) }, ReportError.TaskNotStarted);
        await AssertRejectedAloneAsync(leader, new ReportShape { Time = new Time(start.Value + 11) }, ReportError.TaskExpired);
    }

    [Test]
    public async Task A_report_whose_proof_does_not_verify_is_rejected_alone()
    {
        ScriptedLeader leader = await LeaderAsync();
        // The Helper's share ends with its blind of the joint randomness, and begins with the seed of its shares.
        await AssertRejectedAloneAsync(
            leader, new ReportShape { InputShare = bytes => [(byte)(bytes[0] ^ 1), .. bytes[1..]] }, ReportError.VdafVerifyError);
        await AssertRejectedAloneAsync(
            leader, new ReportShape { PublicShare = Breakages.Flip }, ReportError.VdafVerifyError);
    }

    [Test]
    public async Task A_malformed_verifier_share_of_the_leader_rejects_its_report_alone()
    {
        ScriptedLeader leader = await LeaderAsync();
        VerifyInit good = leader.Init(Report(leader, ReportShape.Valid));
        byte[] payload = good.Payload.ToArray();
        (string Name, byte[] Payload)[] malformed =
        [
            ("one octet", payload[..1]),
            ("cut off", payload[..^1]),
            ("too long", [.. payload, 0]),
            ("finish instead of initialize", [2, .. payload[1..]]),
            ("unknown message type", [77, .. payload[1..]]),
            ("another length", [.. payload[..4], (byte)(payload[4] + 1), .. payload[5..]]),
            ("element not below the modulus", [.. payload[..5], .. Enumerable.Repeat((byte)0xff, payload.Length - 5)]),
        ];
        VerifyInit[] bad = [.. malformed.Select(one => leader.Init(Report(leader, ReportShape.Valid)) with { Payload = one.Payload })];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody([.. bad, good]));
        AssertOk(answer);
        IReadOnlyList<VerifyResp> responses = answer.Decode<AggregationJobResp>().VerifyResps;
        Assert.That(responses.SkipLast(1).Select(response => response.VerifyRespType), Is.All.EqualTo(VerifyRespType.Reject));
        Assert.That(responses.SkipLast(1).Select(response => response.ReportError), Is.All.EqualTo(ReportError.VdafVerifyError));
        Assert.That(leader.Finish(answer), Is.EqualTo(new[] { good.ReportShare.ReportMetadata.ReportId }));
    }

    [Test]
    public async Task Every_rejection_keeps_its_place_in_the_answer()
    {
        ScriptedLeader leader = await LeaderAsync();
        (ReportShape Shape, ReportError? Error)[] cases =
        [
            (ReportShape.Valid, null),
            (Breakages.BadCiphertext, ReportError.HpkeDecryptError),
            (Breakages.InvalidMessage["unknown private extension"], ReportError.InvalidMessage),
            (ReportShape.Valid, null),
            (new ReportShape { Time = new Time(CurrentTime.Value + 60) }, ReportError.ReportTooEarly),
            (new ReportShape { PublicShare = Breakages.Flip }, ReportError.VdafVerifyError),
            (Breakages.UnknownHpkeConfig, ReportError.HpkeDecryptError),
            (ReportShape.Valid, null),
        ];
        MadeReport[] reports = [.. cases.Select(one => Report(leader, one.Shape))];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)));
        AssertOk(answer);
        Assert.That(
            answer.Decode<AggregationJobResp>().VerifyResps.Select(response => (response.ReportId, ErrorOf(response))),
            Is.EqualTo(reports.Zip(cases, (report, one) => (report.Id, one.Error))));
        Assert.That(leader.Finish(answer), Has.Count.EqualTo(3));
        Assert.That(await CountAsync("report_ids", leader.Task), Is.EqualTo(3), "reports that are remembered");
    }

    [Test]
    public async Task A_leader_takes_no_aggregation_jobs()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer answer = await RawHttp.PostAsync(At($"tasks/{task.Id}/aggregation_jobs"), MediaType, [1], task.CollectorToken);
        AssertProblem(answer, DapProblemType.UnrecognizedTask, task.Id);
    }

    protected override void Configure(AggregatorOptions options) => options.AggregationJobs.MaximumReportsAccepted = 30;

    private MadeReport Report(ScriptedLeader leader, ReportShape shape) =>
        Reports(leader).Make(shape);

    private async Task AssertRefusedAsync(ScriptedLeader leader, byte[] body, DapProblemType type)
    {
        AssertProblem(await leader.PostInitAsync(body), type, leader.Task.Id);
        await AssertUnchangedAsync(leader.Task);
    }

    private async Task AssertUnchangedAsync(TestTask task)
    {
        foreach (string table in new[] { "aggregation_jobs", "report_ids", "batch_bucket_shards" })
        {
            Assert.That(await CountAsync(table, task), Is.Zero, table);
        }
    }

    // Between two good reports, which are accepted.
    private async Task AssertRejectedAloneAsync(ScriptedLeader leader, ReportShape shape, ReportError error)
    {
        MadeReport[] reports = [Report(leader, ReportShape.Valid), Report(leader, shape), Report(leader, ReportShape.Valid)];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(reports.Select(leader.Init)));
        AssertOk(answer);
        Assert.That(
            answer.Decode<AggregationJobResp>().VerifyResps.Select(response => (response.ReportId, ErrorOf(response))),
            Is.EqualTo(new (ReportId, ReportError?)[] { (reports[0].Id, null), (reports[1].Id, error), (reports[2].Id, null) }));
        Assert.That(leader.Finish(answer), Has.Count.EqualTo(2));
    }

    private static ReportError? ErrorOf(VerifyResp response) =>
        response.VerifyRespType == VerifyRespType.Reject ? response.ReportError : null;
}
