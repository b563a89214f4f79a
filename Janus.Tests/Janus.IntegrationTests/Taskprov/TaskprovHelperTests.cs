using System.Net;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Taskprov;

/// <summary>A Helper that is told of tasks by Leaders: Taskprov, Helper behavior.</summary>
public sealed class TaskprovHelperTests() : TaskprovFixture(Role.Helper)
{
    [Test]
    public async Task The_first_aggregation_job_opts_in_and_both_sides_verify_with_the_derived_key()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        ScriptedLeader leader = new(task, Aggregator.Endpoint);

        await leader.AggregateAsync(Reports(task, 0, 1, 1));
        await leader.AggregateAsync(Reports(task, 3));
        Interval interval = new(CurrentTime, new Duration(1));
        AggregateShareReq request = leader.ShareRequest(BatchSelector.TimeInterval(interval));
        IReadOnlyList<UInt128> aggregate = leader.Unshard(request, await leader.PostShareAsync(request));

        DapTask stored = (await FindAsync(task))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(aggregate, Is.EqualTo(new UInt128[] { 1, 2, 0, 1 }));
            Assert.That(stored.VerifyKey, Is.EqualTo(task.VerifyKey));
            Assert.That((stored.Role, stored.TaskprovPeerKey, stored.Asynchronous), Is.EqualTo((Role.Helper, (int?)peer.Key, false)));
        }
    }

    [Test]
    public async Task A_task_outside_the_allow_list_is_refused_to_a_peer_and_nothing_is_told_to_others()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        (TestAgreement another, _, _) = await AddPeerAsync();
        TestTask forbidden = NewTask(agreement, url, new TestTaskOptions { TaskInterval = Days, MinBatchSize = 2 });
        TestTask allowed = NewTask(agreement, url);
        TestTask stranger = NewTask(agreement, new Uri("https://stranger.example/"));

        AssertOptedOut(await PostAsync(forbidden, agreement.AggregatorToken), forbidden, "Taskprov.MinimumBatchSize");
        BearerToken?[] wrong = [null, BearerToken.Generate(), agreement.CollectorToken, another.AggregatorToken];
        foreach (BearerToken? token in wrong)
        {
            HttpAnswer forbiddenAnswer = await PostAsync(forbidden, token);
            HttpAnswer allowedAnswer = await PostAsync(allowed, token);
            AssertProblem(forbiddenAnswer, HttpStatusCode.Unauthorized);
            AssertProblem(allowedAnswer, HttpStatusCode.Unauthorized);
            Assert.That(allowedAnswer.Problem with { TaskId = null }, Is.EqualTo(forbiddenAnswer.Problem with { TaskId = null }));
        }

        AssertProblem(await PostAsync(stranger, BearerToken.Generate()), HttpStatusCode.Unauthorized);
        AssertProblem(await PostAsync(stranger, agreement.AggregatorToken), DapProblemType.UnrecognizedTask, stranger.Id);
        foreach (TestTask task in new[] { forbidden, allowed, stranger })
        {
            Assert.That(await FindAsync(task), Is.Null);
        }
    }

    [Test]
    public async Task A_task_id_that_does_not_follow_from_the_header_is_not_recognized_once_the_sender_is_known()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        TestTask other = NewTask(agreement, url);

        AssertProblem(await PostAsync(task, BearerToken.Generate(), other.TaskprovHeader), HttpStatusCode.Unauthorized);
        AssertProblem(await PostAsync(task, agreement.AggregatorToken, other.TaskprovHeader), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(task), Is.Null);

        AssertOk(await PostAsync(task, agreement.AggregatorToken));
        AssertProblem(await PostAsync(task, agreement.AggregatorToken, other.TaskprovHeader), DapProblemType.UnrecognizedTask, task.Id);
        AssertProblem(await PostAsync(task, BearerToken.Generate(), other.TaskprovHeader), HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_task_that_is_not_advertised_is_not_recognized()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);

        AssertProblem(await PostAsync(task, agreement.AggregatorToken, ""), DapProblemType.UnrecognizedTask, task.Id);
        AssertProblem(await PostAsync(task, agreement.AggregatorToken, ":AAAA:"), DapProblemType.UnrecognizedTask, task.Id);
        Assert.That(await FindAsync(task), Is.Null);
    }

    [Test]
    public async Task Tokens_of_a_peer_are_rotated_for_all_its_tasks_without_a_restart()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask task = NewTask(agreement, url);
        BearerToken old = agreement.AggregatorToken;
        BearerToken next = BearerToken.Generate();
        AuthTokenOwner owner = AuthTokenOwner.TaskprovPeer(peer.Key);
        AuthTokenStore tokens = Aggregator.Get<AuthTokenStore>();
        AssertOk(await PostAsync(task, old));

        await ChangeAsync(() => tokens.AddAsync(owner, AuthToken.ToAccept(AuthTokenPurpose.AcceptFromLeader, "next", next.Hash(), Clock.GetUtcNow()), Token));
        AssertOk(await PostAsync(task, next));
        AssertOk(await PostAsync(task, old));
        TestTask another = NewTask(agreement, url);
        AssertOk(await PostAsync(another, next));
        await ChangeAsync(() => tokens.RemoveAsync(owner, "first-from-leader", Token));

        AssertProblem(await PostAsync(task, old), HttpStatusCode.Unauthorized);
        AssertProblem(await PostAsync(another, old), HttpStatusCode.Unauthorized);
        AssertProblem(await PostAsync(NewTask(agreement, url), old), HttpStatusCode.Unauthorized);
        AssertOk(await PostAsync(task, next));
    }

    [Test]
    public async Task A_peer_is_added_changed_and_removed_without_a_restart()
    {
        TestAgreement agreement = new();
        Uri url = new("https://late.example/");
        TestTask task = NewTask(agreement, url);
        AssertProblem(await PostAsync(task, agreement.AggregatorToken), HttpStatusCode.Unauthorized);

        TaskprovPeer peer = (await ChangeAsync(() => Peers.AddAsync(agreement.PeerOf(Role.Helper, url), Token)))!;
        AssertOk(await PostAsync(task, agreement.AggregatorToken));
        await ChangeAsync(() => Peers.UpdateAsync(peer with { Asynchronous = true }, Token));
        TestTask asynchronous = NewTask(agreement, url);
        Assert.That(ScriptedLeader.IsDeferred(await PostAsync(asynchronous, agreement.AggregatorToken)), Is.True);
        await ChangeAsync(() => Peers.UpdateAsync(peer with { AcceptsNewTasks = false }, Token));
        TestTask late = NewTask(agreement, url);
        AssertOptedOut(await PostAsync(late, agreement.AggregatorToken), late, "no new tasks");

        Assert.That((await FindAsync(task))!.Asynchronous, Is.False);
        Assert.That((await FindAsync(asynchronous))!.Asynchronous, Is.True);
        AssertOk(await PostAsync(task, agreement.AggregatorToken));
        Assert.That(await Peers.RemoveAsync(peer.Key, Token), Is.False, "it has tasks");
    }

    [Test]
    public async Task A_peer_without_tasks_is_removed_with_its_secrets_and_tokens()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();

        Assert.That(await ChangeAsync(() => Peers.RemoveAsync(peer.Key, Token)), Is.True);

        AssertProblem(await PostAsync(NewTask(agreement, url), agreement.AggregatorToken), HttpStatusCode.Unauthorized);
        Assert.That(await Peers.RemoveAsync(peer.Key, Token), Is.False);
        Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM taskprov_verify_key_inits WHERE peer_key = {peer.Key}"), Is.Zero);
        Assert.That(await ScalarAsync<long>($"SELECT count(*) FROM auth_tokens WHERE taskprov_peer_key = {peer.Key}"), Is.Zero);
    }

    [Test]
    public async Task The_leader_names_the_secret_that_a_tasks_key_is_derived_from()
    {
        (TestAgreement agreement, Uri url, TaskprovPeer peer) = await AddPeerAsync();
        TestTask old = NewTask(agreement, url);
        TaskprovVerifyKeyInit next = TestAgreement.NewInit(1);
        agreement.VerifyKeyInits.Add(next);
        TestTask early = NewTask(agreement, url);
        TestTask late = NewTask(agreement, url);
        AssertProblem(await PostAsync(early, agreement.AggregatorToken), DapProblemType.InvalidMessage, early.Id);
        Assert.That(await FindAsync(early), Is.Null);

        Assert.That(await ChangeAsync(() => Peers.AddVerifyKeyInitAsync(peer.Key, next, Token)), Is.True);
        Assert.That(await Peers.AddVerifyKeyInitAsync(peer.Key, next, Token), Is.False);
        AssertOk(await PostAsync(early, agreement.AggregatorToken));
        await new ScriptedLeader(old, Aggregator.Endpoint).AggregateAsync(Reports(old, 1));
        Assert.That(await ChangeAsync(() => Peers.RemoveVerifyKeyInitAsync(peer.Key, 0, Token)), Is.True);
        await new ScriptedLeader(late, Aggregator.Endpoint).AggregateAsync(Reports(late, 1));
        await new ScriptedLeader(old, Aggregator.Endpoint).AggregateAsync(Reports(old, 1));

        Assert.That((await FindAsync(old))!, Has.Property("VerificationKeyId").EqualTo(0).And.Property("VerifyKey").EqualTo(old.VerifyKey));
        Assert.That((await FindAsync(late))!, Has.Property("VerificationKeyId").EqualTo(1).And.Property("VerifyKey").EqualTo(late.VerifyKey));
    }

    [Test]
    public async Task Every_request_of_the_leader_opts_in_or_out()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask forbidden = NewTask(agreement, url, new TestTaskOptions { TaskInterval = Days, MinBatchSize = 2 });
        TestTask allowed = NewTask(agreement, url);
        BearerToken token = agreement.AggregatorToken;
        string job = $"aggregation_jobs/{AggregationJobId.Random()}";

        AssertOptedOut(await RawHttp.GetAsync(At($"tasks/{forbidden.Id}/{job}"), token, forbidden.TaskprovHeader), forbidden, "MinimumBatchSize");
        AssertOptedOut(await RawHttp.DeleteAsync(At($"tasks/{forbidden.Id}/{job}"), token, forbidden.TaskprovHeader), forbidden, "MinimumBatchSize");
        AssertOptedOut(
            await RawHttp.PostAsync(At($"tasks/{forbidden.Id}/aggregate_shares"), DapVersion.Newest.MediaTypes.AggregateShareReq, [], token, forbidden.TaskprovHeader),
            forbidden,
            "MinimumBatchSize");
        AssertProblem(
            await RawHttp.GetAsync(At($"tasks/{allowed.Id}/{job}"), token, allowed.TaskprovHeader), DapProblemType.UnrecognizedAggregationJob, allowed.Id);
        Assert.That(await FindAsync(allowed), Is.Not.Null);
    }

    [Test]
    public async Task Switched_off_the_header_is_ignored_and_tasks_that_are_here_go_on()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        TestTask known = NewTask(agreement, url);
        TestTask unknown = NewTask(agreement, url);
        AssertOk(await PostAsync(known, agreement.AggregatorToken));
        await using TestAggregator off = await TestAggregator.StartAsync(
            Database, time: Clock, configure: options => options.Taskprov.Enabled = false, datastoreKey: Aggregator.DatastoreKey);

        AssertOk(await PostAsync(known, agreement.AggregatorToken, unknown.TaskprovHeader, off.Endpoint));
        AssertProblem(await PostAsync(unknown, agreement.AggregatorToken, aggregator: off.Endpoint), DapProblemType.UnrecognizedTask, unknown.Id);
    }

    [Test]
    public async Task Too_many_new_tasks_are_put_off()
    {
        (TestAgreement agreement, Uri url, _) = await AddPeerAsync();
        for (int i = 0; i < NewTasksPerHour; i++)
        {
            AssertOk(await PostAsync(NewTask(agreement, url), agreement.AggregatorToken));
        }

        TestTask task = NewTask(agreement, url);
        HttpAnswer limited = await PostAsync(task, agreement.AggregatorToken);
        Assert.That(((int)limited.Status, limited.RetryAfter), Is.EqualTo((429, "3600")));
        Assert.That(await FindAsync(task), Is.Null);
    }

    private MadeReport[] Reports(TestTask task, params ulong[] measurements) => new ReportFactory(task, null, HpkeConfig, CurrentTime).Make(measurements);

    private Task<HttpAnswer> PostAsync(TestTask task, BearerToken? token, string? header = null, Uri? aggregator = null)
    {
        ScriptedLeader leader = new(task, Aggregator.Endpoint);
        return RawHttp.PostAsync(
            new Uri(aggregator ?? Aggregator.Endpoint, $"tasks/{task.Id}/aggregation_jobs"),
            DapVersion.Newest.MediaTypes.AggregationJobInitReq,
            leader.InitBody(Reports(task, 1).Select(leader.Init)),
            token,
            header ?? task.TaskprovHeader);
    }
}
