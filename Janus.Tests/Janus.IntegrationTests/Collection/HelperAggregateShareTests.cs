using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.IntegrationTests.Aggregation;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Collection;

/// <summary>DAP §4.6.4 (collect-aggregate) over HTTP, against a Helper.</summary>
/// <param name="asynchronous">Whether the Helper defers its answers.</param>
[TestFixture(false)]
[TestFixture(true)]
public sealed class HelperAggregateShareTests(bool asynchronous) : HelperFixture(asynchronous)
{
    private static readonly CollectionJobExtension[] Extensions =
    [
        new((CollectionJobExtensionType)7, new byte[] { 1 }),
        new((CollectionJobExtensionType)9, ReadOnlyMemory<byte>.Empty),
    ];

    [Test]
    public async Task The_collector_opens_the_share_and_finds_the_true_aggregate()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 1, 3);
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer answer = await leader.PostShareAsync(request);
        AssertOk(answer);
        Assert.That(answer.ContentType, Is.EqualTo("application/ppm-dap;message=aggregate-share"));
        Assert.That(answer.Location, Does.Match($"^/tasks/{leader.Task.Id}/aggregate_shares/[A-Za-z0-9_-]{{22}}$"));
        Assert.That(leader.Unshard(request, answer), Is.EqualTo(new UInt128[] { 1, 2, 0, 1 }));
    }

    [Test]
    public async Task A_leader_selected_batch_is_aggregated_by_its_id()
    {
        (BatchId first, BatchId second) = (BatchId.Random(), BatchId.Random());
        ScriptedLeader ofFirst = await LeaderAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        ScriptedLeader ofSecond = new(ofFirst.Task, Aggregator.Endpoint);
        await ofFirst.AggregateAsync(Reports(ofFirst).Make(0, 0, 1), first);
        await ofSecond.AggregateAsync(Reports(ofFirst).Make(2, 3, 3, 3), second);
        await ofFirst.AggregateAsync(Reports(ofFirst).Make(1), first);
        AggregateShareReq firstRequest = ofFirst.ShareRequest(BatchSelector.LeaderSelected(first));
        AggregateShareReq secondRequest = ofSecond.ShareRequest(BatchSelector.LeaderSelected(second));
        Assert.That(ofFirst.Unshard(firstRequest, await ofFirst.PostShareAsync(firstRequest)), Is.EqualTo(new UInt128[] { 2, 2, 0, 0 }));
        Assert.That(ofSecond.Unshard(secondRequest, await ofSecond.PostShareAsync(secondRequest)), Is.EqualTo(new UInt128[] { 0, 0, 1, 3 }));

        HttpAnswer late = await ofFirst.PostInitAsync(ofFirst.InitBody(Reports(ofFirst).Make(1).Select(ofFirst.Init), first));
        Assert.That(late.Decode<AggregationJobResp>().VerifyResps.Single().ReportError, Is.EqualTo(ReportError.BatchCollected));
    }

    [Test]
    [Repeat(10)]
    public async Task An_identical_request_gets_the_same_share()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer[] answers = [.. await RaceAsync(4, () => leader.PostShareAsync(request)), await leader.PostShareAsync(request)];
        Assert.That(answers.Select(answer => answer.Status), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers.Select(answer => answer.Body), Is.All.EqualTo(answers[0].Body));
        Assert.That(answers.Select(answer => answer.Location), Is.All.EqualTo(answers[0].Location));
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.EqualTo(1));

        HttpAnswer fetched = await RawHttp.GetAsync(At(answers[0].Location!), leader.Task.AggregatorToken);
        Assert.That((fetched.Status, fetched.ContentType, fetched.Location), Is.EqualTo((HttpStatusCode.OK, answers[0].ContentType, answers[0].Location)));
        Assert.That(fetched.Body, Is.EqualTo(answers[0].Body));
    }

    [Test]
    public async Task A_share_that_was_deleted_is_gone_until_the_same_request_asks_for_it_again()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer first = await leader.PostShareAsync(request);
        Uri resource = At(first.Location!);
        AssertOk(await RawHttp.DeleteAsync(resource, leader.Task.AggregatorToken));
        AssertProblem(await RawHttp.GetAsync(resource, leader.Task.AggregatorToken), HttpStatusCode.NotFound);
        AssertProblem(await RawHttp.DeleteAsync(resource, leader.Task.AggregatorToken), HttpStatusCode.NotFound);
        AssertProblem(await leader.PostShareAsync(leader.ShareRequest(OneLess())), DapProblemType.BatchOverlap, leader.Task.Id);

        HttpAnswer again = await leader.PostShareAsync(request);
        Assert.That(again.Body, Is.EqualTo(first.Body));
        HttpAnswer fetched = await RawHttp.GetAsync(At(again.Location!), leader.Task.AggregatorToken);
        AssertOk(fetched);
        Assert.That(fetched.Body, Is.EqualTo(first.Body));
    }

    [Test]
    public async Task A_wrong_count_or_checksum_is_a_mismatch_that_uses_nothing_up()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        AggregateShareReq right = leader.ShareRequest(AllTime());
        AggregateShareReq[] wrong =
        [
            right with { ReportCount = right.ReportCount + 1 },
            right with { ReportCount = right.ReportCount - 1 },
            right with { ReportCount = ulong.MaxValue },
            right with { Checksum = BatchChecksum.Empty },
            right with { Checksum = right.Checksum.Combine(ReportIdChecksum.Of(ReportId.Random())) },
        ];
        foreach (AggregateShareReq request in wrong)
        {
            AssertProblem(await leader.PostShareAsync(request), DapProblemType.BatchMismatch, leader.Task.Id);
        }

        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
        await leader.AggregateAsync(Reports(leader).Make(3));
        AggregateShareReq afterwards = leader.ShareRequest(AllTime());
        Assert.That(leader.Unshard(afterwards, await leader.PostShareAsync(afterwards)), Is.EqualTo(new UInt128[] { 1, 1, 1, 1 }));
    }

    [Test]
    public async Task A_batch_below_the_minimum_size_is_refused_until_it_is_large_enough()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1);
        AssertProblem(await leader.PostShareAsync(leader.ShareRequest(AllTime())), DapProblemType.InvalidBatchSize, leader.Task.Id);
        await leader.AggregateAsync(Reports(leader).Make(1));
        AggregateShareReq enough = leader.ShareRequest(AllTime());
        Assert.That(leader.Unshard(enough, await leader.PostShareAsync(enough)), Is.EqualTo(new UInt128[] { 1, 2, 0, 0 }));
    }

    [Test]
    public async Task A_batch_nobody_has_heard_of_is_too_small()
    {
        ScriptedLeader leader = await LeaderAsync(new TestTaskOptions { BatchMode = BatchMode.LeaderSelected });
        HttpAnswer answer = await leader.PostShareAsync(leader.ShareRequest(BatchSelector.LeaderSelected(BatchId.Random())));
        AssertProblem(answer, DapProblemType.InvalidBatchSize, leader.Task.Id);
    }

    [Test]
    public async Task Every_bucket_of_a_collected_interval_is_collected_the_empty_ones_too()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        ulong now = CurrentTime.Value;
        AssertOk(await leader.PostShareAsync(leader.ShareRequest(Between(now - 2, now + 1))));
        foreach (BatchSelector overlapping in new[] { Between(now, now + 1), Between(now - 5, now - 1), Between(now - 1, now), AllTime() })
        {
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(overlapping)), DapProblemType.BatchOverlap, leader.Task.Id);
        }

        MadeReport[] late = [.. new ulong[] { 2, 1, 0 }.Select(age => Reports(leader).Make(new ReportShape { Time = new Time(now - age) }))];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(late.Select(leader.Init)));
        Assert.That(
            answer.Decode<AggregationJobResp>().VerifyResps.Select(response => response.ReportError),
            Is.All.EqualTo(ReportError.BatchCollected));
        AssertProblem(
            await leader.PostShareAsync(leader.ShareRequest(Between(now - 3, now - 2))), DapProblemType.InvalidBatchSize, leader.Task.Id);
    }

    [Test]
    public async Task An_interval_that_is_none_is_an_invalid_batch()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        BatchSelector good = AllTime();
        BatchSelector[] bad = [Selector(CurrentTime.Value, 0), Selector(ulong.MaxValue, 1), Selector(1, ulong.MaxValue)];
        foreach (BatchSelector one in bad)
        {
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(one)), DapProblemType.BatchInvalid, leader.Task.Id);
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(good, QueryOf(one))), DapProblemType.BatchInvalid, leader.Task.Id);
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(one, QueryOf(good))), DapProblemType.BatchInvalid, leader.Task.Id);
        }
    }

    [Test]
    public async Task A_selector_may_be_narrower_than_the_query_but_not_outside_it()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        ulong now = CurrentTime.Value;
        Query query = QueryOf(Between(now - 1, now + 2));
        foreach (BatchSelector outside in new[] { Between(now - 2, now + 1), Between(now, now + 3), Between(now + 2, now + 3) })
        {
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(outside, query)), DapProblemType.BatchInvalid, leader.Task.Id);
        }

        AggregateShareReq narrower = leader.ShareRequest(Between(now, now + 1), query);
        Assert.That(leader.Unshard(narrower, await leader.PostShareAsync(narrower)), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
    }

    [Test]
    public async Task Buckets_of_the_query_that_a_narrower_selector_left_out_go_on()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        ulong now = CurrentTime.Value;
        Query query = QueryOf(Between(now - 1, now + 1));
        AssertOk(await leader.PostShareAsync(leader.ShareRequest(Between(now, now + 1), query)));

        MadeReport[] late = [.. new ulong[] { 1, 0 }.Select(age => Reports(leader).Make(new ReportShape { Time = new Time(now - age) }))];
        HttpAnswer answer = await leader.PostInitAsync(leader.InitBody(late.Select(leader.Init)));
        VerifyResp[] responses = [.. answer.Decode<AggregationJobResp>().VerifyResps];
        Assert.That(responses[0].VerifyRespType, Is.EqualTo(VerifyRespType.Continue));
        Assert.That(responses[1].ReportError, Is.EqualTo(ReportError.BatchCollected));

        ScriptedLeader ofTheRest = new(leader.Task, Aggregator.Endpoint);
        await ofTheRest.AggregateAsync([.. new ulong[] { 3, 3 }.Select(value => Reports(leader).Make(new ReportShape { Time = new Time(now - 1), Measurement = value }))]);
        AggregateShareReq rest = ofTheRest.ShareRequest(Between(now - 1, now), query);
        AssertProblem(await ofTheRest.PostShareAsync(rest), DapProblemType.BatchMismatch, leader.Task.Id);
        AssertOk(await ofTheRest.PostShareAsync(rest with
        {
            ReportCount = 3,
            Checksum = rest.Checksum.Combine(ReportIdChecksum.Of(late[0].Id)),
        }));
    }

    [Test]
    public async Task A_collected_batch_with_another_count_or_checksum_overlaps()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        AggregateShareReq request = leader.ShareRequest(AllTime());
        HttpAnswer first = await leader.PostShareAsync(request);
        AssertOk(first);
        AggregateShareReq[] others =
        [
            request with { ReportCount = request.ReportCount + 1 },
            request with { ReportCount = 0 },
            request with { Checksum = BatchChecksum.Empty },
            request with { ReportCount = 1, Checksum = BatchChecksum.Empty },
        ];
        foreach (AggregateShareReq other in others)
        {
            AssertProblem(await leader.PostShareAsync(other), DapProblemType.BatchOverlap, leader.Task.Id);
        }

        Assert.That((await leader.PostShareAsync(request)).Body, Is.EqualTo(first.Body));
    }

    [Test]
    public async Task Another_aggregation_parameter_than_the_batch_was_aggregated_with_is_refused()
    {
        TestTaskOptions options = new() { MultiRound = new MultiRoundVdaf(1) };
        ScriptedLeader leader = await LeaderAsync(options, MultiRoundVdaf.AggParam(2, 5));
        await leader.AggregateAsync(Reports(leader).Make(1, 2, 3));
        AggregateShareReq right = leader.ShareRequest(AllTime());
        // Also one whose aggregate shares have another length.
        foreach (byte[] aggParam in new[] { MultiRoundVdaf.AggParam(2, 6), MultiRoundVdaf.AggParam(5, 2), MultiRoundVdaf.AggParam(2, 5, 7) })
        {
            AggregateShareReq wrong = right with { CollectionJobReq = right.CollectionJobReq with { AggParam = aggParam } };
            AssertProblem(await leader.PostShareAsync(wrong), DapProblemType.InvalidMessage, leader.Task.Id);
        }

        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
        Assert.That(leader.Unshard(right, await leader.PostShareAsync(right)), Is.EqualTo(new UInt128[] { 12, 30 }));
    }

    [Test]
    public async Task A_refused_request_may_be_made_again_and_is_then_answered_anew()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1);
        MadeReport third = Reports(leader).Make(new ReportShape { Measurement = 3 });
        AggregateShareReq request = leader.ShareRequest(AllTime());
        AggregateShareReq early = request with { ReportCount = 3, Checksum = request.Checksum.Combine(ReportIdChecksum.Of(third.Id)) };
        for (int i = 0; i < 2; i++)
        {
            AssertProblem(await leader.PostShareAsync(early), DapProblemType.InvalidBatchSize, leader.Task.Id);
        }

        await leader.AggregateAsync([third]);
        Assert.That(leader.Unshard(early, await leader.PostShareAsync(early)), Is.EqualTo(new UInt128[] { 1, 1, 0, 1 }));
    }

    [Test]
    public async Task Another_batch_mode_than_the_tasks_is_refused()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        BatchSelector byId = BatchSelector.LeaderSelected(BatchId.Random());
        AggregateShareReq[] requests =
        [
            leader.ShareRequest(byId),
            leader.ShareRequest(AllTime(), Query.LeaderSelected),
            leader.ShareRequest(byId, QueryOf(AllTime())),
        ];
        foreach (AggregateShareReq request in requests)
        {
            AssertProblem(await leader.PostShareAsync(request), DapProblemType.InvalidMessage, leader.Task.Id);
        }
    }

    [Test]
    public async Task A_malformed_selector_or_query_is_refused()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        BatchSelector good = AllTime();
        BatchSelector cutOff = good with { Config = good.Config[..^1] };
        BatchSelector tooLong = good with { Config = new byte[17] };
        foreach (BatchSelector one in new[] { cutOff, tooLong })
        {
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(one, QueryOf(good))), DapProblemType.InvalidMessage, leader.Task.Id);
            AssertProblem(await leader.PostShareAsync(leader.ShareRequest(good, QueryOf(one))), DapProblemType.InvalidMessage, leader.Task.Id);
        }
    }

    [Test]
    public async Task Extensions_and_aggregation_parameters_are_refused()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        AggregateShareReq right = leader.ShareRequest(AllTime());
        CollectionJobReq job = right.CollectionJobReq;
        HttpAnswer unknown = await leader.PostShareAsync(right with { CollectionJobReq = job with { Extensions = Extensions } });
        HttpAnswer unordered = await leader.PostShareAsync(right with { CollectionJobReq = job with { Extensions = [.. Extensions.Reverse()] } });
        HttpAnswer parameter = await leader.PostShareAsync(right with { CollectionJobReq = job with { AggParam = new byte[] { 0 } } });
        AssertProblem(unknown, DapProblemType.UnsupportedExtension, leader.Task.Id);
        Assert.That(unknown.Problem.UnsupportedExtensions, Is.EqualTo(new ushort[] { 7, 9 }));
        AssertProblem(unordered, DapProblemType.InvalidExtension, leader.Task.Id);
        AssertProblem(parameter, DapProblemType.InvalidAggregationParameter, leader.Task.Id);
        AssertOk(await leader.PostShareAsync(right));
    }

    [Test]
    public async Task A_body_that_is_cut_off_anywhere_changes_nothing()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        byte[] body = WireMessage.Encode(leader.ShareRequest(AllTime()));
        for (int length = 0; length < body.Length; length += 3)
        {
            AssertProblem(await leader.PostShareAsync(body[..length]), DapProblemType.InvalidMessage, leader.Task.Id);
        }

        AssertProblem(await leader.PostShareAsync([.. body, 0]), DapProblemType.InvalidMessage, leader.Task.Id);
        AssertProblem(
            await RawHttp.PostAsync(leader.AggregateShares, "application/octet-stream", body, leader.Task.AggregatorToken),
            HttpStatusCode.UnsupportedMediaType);
        Assert.That(await CountAsync("collected_batches", leader.Task), Is.Zero);
        AssertOk(await leader.PostShareAsync(body));
    }

    [Test]
    public async Task Reports_that_race_with_the_collection_are_in_the_batch_or_rejected()
    {
        ScriptedLeader leader = await AggregatedAsync(0, 1, 2);
        byte[][] bodies = [.. Reports(leader).Make(3, 3, 3, 3).Select(report => leader.InitBody([leader.Init(report)]))];
        AggregateShareReq request = leader.ShareRequest(AllTime());
        int next = -1;
        HttpAnswer[] answers = await RaceAsync(5, () =>
        {
            int i = Interlocked.Increment(ref next);
            return i == 2 ? leader.PostShareAsync(request) : leader.PostInitAsync(bodies[i > 2 ? i - 1 : i]);
        });
        HttpAnswer share = answers.Single(answer => answer.Location?.Contains("aggregation_jobs", StringComparison.Ordinal) != true);
        int committed = answers.Where(answer => answer != share)
            .Count(answer => answer.Decode<AggregationJobResp>().VerifyResps.Single().VerifyRespType == VerifyRespType.Continue);
        // Either the batch was collected as it was requested, and took nothing more, or reports came first.
        if (share.Status == HttpStatusCode.OK)
        {
            Assert.That(leader.Unshard(request, share), Is.EqualTo(new UInt128[] { 1, 1, 1, 0 }));
            Assert.That(committed, Is.Zero);
        }
        else
        {
            AssertProblem(share, DapProblemType.BatchMismatch, leader.Task.Id);
            Assert.That(committed, Is.Positive);
        }
    }

    // A task of the time-interval mode with these measurements aggregated at the current time.
    private async Task<ScriptedLeader> AggregatedAsync(params ulong[] measurements)
    {
        ScriptedLeader leader = await LeaderAsync();
        await leader.AggregateAsync(Reports(leader).Make(measurements));
        return leader;
    }

    private BatchSelector AllTime() => Between(0, CurrentTime.Value + 1);

    private BatchSelector OneLess() => Between(1, CurrentTime.Value + 1);

    private static BatchSelector Between(ulong start, ulong end) => Selector(start, end - start);

    private static BatchSelector Selector(ulong start, ulong duration) =>
        BatchSelector.TimeInterval(new Interval(new Time(start), new Duration(duration)));

    private static Query QueryOf(BatchSelector selector) => new(selector.BatchMode, selector.Config);
}
