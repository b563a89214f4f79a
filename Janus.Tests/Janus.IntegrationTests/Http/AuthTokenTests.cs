using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>Tokens with validity times in an aggregator that runs: DAP §3.5 (request-authentication).</summary>
public sealed class AuthTokenTests : EndpointFixture
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly string Job = new('A', 22);

    private AuthTokenStore Tokens => Aggregator.Get<AuthTokenStore>();

    [TestCase(Role.Helper)]
    [TestCase(Role.Leader)]
    public async Task A_token_is_accepted_from_its_beginning_to_its_end_and_beside_others(Role role)
    {
        TestTask task = await AddTaskAsync(role);
        BearerToken first = role == Role.Helper ? task.AggregatorToken : task.CollectorToken;
        BearerToken second = BearerToken.Generate();
        Secrets.Add("the second token", second.Secret);
        AuthToken added = Accept(role, "second", second) with { NotBefore = Clock.GetUtcNow() + Hour, NotAfter = Clock.GetUtcNow() + (2 * Hour) };
        await Tokens.AddAsync(await OwnerAsync(task), added, CancellationToken.None);
        await AwaitLabelAsync(task, role, second, "second");

        Assert.That(await StatusAsync(task, role, first), Is.EqualTo(HttpStatusCode.NotFound), "past authentication");
        Assert.That(await StatusAsync(task, role, second), Is.EqualTo(HttpStatusCode.Unauthorized), "not yet");

        Clock.Advance(Hour);
        Assert.That(await StatusAsync(task, role, first), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await StatusAsync(task, role, second), Is.EqualTo(HttpStatusCode.NotFound), "from the first instant on");

        Clock.Advance(Hour);
        Assert.That(await StatusAsync(task, role, first), Is.EqualTo(HttpStatusCode.NotFound));
        HttpAnswer late = await RequestAsync(task, role, second);
        AssertProblem(late, HttpStatusCode.Unauthorized);
        HttpAnswer stranger = await RequestAsync(task, role, BearerToken.Generate());
        Assert.That(late.Problem, Is.EqualTo(stranger.Problem), "nothing tells that it was right once");
        Assert.That(Aggregator.Logs.Lines, Has.Some.Contains("the credential second, which has expired"));
    }

    [Test]
    public async Task A_task_that_nobody_asks_for_is_not_kept_in_memory_and_found_again()
    {
        TestTask idle = await AddTaskAsync(Role.Helper);
        TestTask busy = await AddTaskAsync(Role.Helper);
        Assert.That(await StatusAsync(idle, Role.Helper, idle.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        TaskDirectory directory = Aggregator.Get<TaskDirectory>();
        int before = directory.Count;

        Clock.Advance(Hour);
        Assert.That(await StatusAsync(busy, Role.Helper, busy.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((before, directory.Count), Is.EqualTo((before, 1)));
        Assert.That(before, Is.Positive);
        Assert.That(await StatusAsync(idle, Role.Helper, idle.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_removed_token_is_refused_and_an_added_one_accepted_by_an_aggregator_that_runs()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        AuthTokenOwner owner = await OwnerAsync(task);
        BearerToken second = BearerToken.Generate();
        Assert.That(await StatusAsync(task, Role.Helper, second), Is.EqualTo(HttpStatusCode.Unauthorized));

        // The clock of the aggregator stands still: only the notification tells it.
        await Tokens.AddAsync(owner, Accept(Role.Helper, "second", second), CancellationToken.None);
        await AwaitStatusAsync(task, second, HttpStatusCode.NotFound);
        await Tokens.RemoveAsync(owner, "first-from-leader", CancellationToken.None);
        await AwaitStatusAsync(task, task.AggregatorToken, HttpStatusCode.Unauthorized);
        Assert.That(await StatusAsync(task, Role.Helper, second), Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task A_change_is_seen_after_some_seconds_if_its_notification_is_lost()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        Assert.That(await StatusAsync(task, Role.Helper, task.AggregatorToken), Is.EqualTo(HttpStatusCode.NotFound));
        await ExecuteAsync($"DELETE FROM auth_tokens WHERE task_key = {(await OwnerAsync(task)).TaskKey}");
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.That(await StatusAsync(task, Role.Helper, task.AggregatorToken), Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_task_with_a_pinned_certificate_takes_no_token_alone()
    {
        TestTask task = await AddTaskAsync(Role.Helper);
        AuthToken pin = AuthToken.ToAcceptCertificate(AuthTokenPurpose.AcceptFromLeader, "pin", new byte[32], Clock.GetUtcNow());
        await Tokens.AddAsync(await OwnerAsync(task), pin with { NotAfter = Clock.GetUtcNow() + Hour }, CancellationToken.None);
        await AwaitStatusAsync(task, task.AggregatorToken, HttpStatusCode.Unauthorized);
        Assert.That(Aggregator.Logs.Lines, Has.Some.Contains("a certificate is pinned for the peer, and the sender presented none"));

        Clock.Advance(2 * Hour);
        Assert.That(await StatusAsync(task, Role.Helper, task.AggregatorToken), Is.EqualTo(HttpStatusCode.Unauthorized), "also when it has expired");
    }

    private static AuthToken Accept(Role role, string label, BearerToken token) => AuthToken.ToAccept(
        role == Role.Helper ? AuthTokenPurpose.AcceptFromLeader : AuthTokenPurpose.AcceptFromCollector, label, token.Hash(), DateTimeOffset.UnixEpoch);

    private async Task<AuthTokenOwner> OwnerAsync(TestTask task) =>
        AuthTokenOwner.Task((await Aggregator.Get<TaskStore>().FindAsync(task.Id, CancellationToken.None))!.Key);

    private Task<HttpAnswer> RequestAsync(TestTask task, Role role, BearerToken token) =>
        RawHttp.GetAsync(At($"tasks/{task.Id}/{(role == Role.Helper ? "aggregation_jobs" : "collection_jobs")}/{Job}"), token);

    private async Task<HttpStatusCode> StatusAsync(TestTask task, Role role, BearerToken token) => (await RequestAsync(task, role, token)).Status;

    private Task AwaitStatusAsync(TestTask task, BearerToken token, HttpStatusCode expected)
    {
        Assert.That(async () => await StatusAsync(task, Role.Helper, token), Is.EqualTo(expected).After(10_000, 20));
        return Task.CompletedTask;
    }

    // It is known, and not yet valid.
    private async Task AwaitLabelAsync(TestTask task, Role role, BearerToken token, string label)
    {
        for (int i = 0; i < 500 && !Aggregator.Logs.Lines.Any(line => line.Contains($"{task.Id}: a peer presented the credential {label}", StringComparison.Ordinal)); i++)
        {
            await RequestAsync(task, role, token);
            await Task.Delay(20);
        }
    }
}
