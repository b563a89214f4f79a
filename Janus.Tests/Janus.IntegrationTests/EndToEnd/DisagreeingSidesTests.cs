using System.Security.Cryptography;
using System.Text;
using Janus.Aggregator;
using Janus.Cli.Commands;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.EndToEnd;

/// <summary>Two sides whose operators have made a mistake: both are told, and asking tells which.</summary>
public sealed class DisagreeingSidesTests
{
    private const int Reports = 5;

    private TestDeployment _deployment = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [OneTimeSetUp]
    public async Task Start() => _deployment = await TestDeployment.StartAsync();

    [OneTimeTearDown]
    public async Task Stop() => await _deployment.DisposeAsync();

    [Test]
    [CancelAfter(60_000)]
    public async Task A_verify_key_that_differs_is_warned_of_on_both_sides_counted_and_found_by_a_check()
    {
        TestTask task = await AddAsync(helper => helper with { VerifyKey = RandomNumberGenerator.GetBytes(32) });
        await _deployment.UploadAsync(task, [.. Enumerable.Repeat(1UL, Reports)]);

        await AssertRejectedAsync(task, ReportError.VdafVerifyError, $"{Reports} of {Reports} reports failed verification (vdaf_verify_error): do both sides have the same verify key");
        Assert.That(await FailedAsync(task), Is.EqualTo(["verify key"]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task A_configuration_that_differs_is_warned_of_on_both_sides_counted_and_found_by_a_check()
    {
        TestTask task = await AddAsync(helper => helper with
        {
            Configuration = new TaskConfiguration(helper.Configuration.Fields with { VdafConfiguration = VdafDescription.Histogram(4, 1).EncodeConfiguration() }),
        });
        await _deployment.UploadAsync(task, [.. Enumerable.Repeat(1UL, Reports)]);

        await AssertRejectedAsync(task, ReportError.HpkeDecryptError, $"{Reports} of {Reports} reports could not be decrypted (hpke_decrypt_error): do the Clients and both sides have the same task configuration");
        Assert.That(await FailedAsync(task), Is.EqualTo(["task configuration"]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Another_minimum_batch_size_is_found_by_a_check()
    {
        TestTask task = await AddAsync(helper => helper with { Configuration = new TaskConfiguration(helper.Configuration.Fields with { MinBatchSize = 77 }) });
        PeerFinding finding = (await CheckAsync(task)).Single(finding => finding.Outcome == CheckOutcome.Failed);
        Assert.That(finding.Finding, Is.EqualTo("differs in min batch size (ours 3, theirs 77)"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Another_token_is_found_by_a_check_and_stays_as_the_last_error_on_both_sides()
    {
        TestTask task = await AddAsync(helper => helper with { Tokens = [AuthToken.FirstFromLeader(BearerToken.Generate(), helper.CreatedAt)] });
        Assert.That(await FailedAsync(task), Is.EqualTo(["token"]));

        await _deployment.UploadAsync(task, 1, 1, 1);
        TaskProgress leader = await AwaitAsync(_deployment.Leader, task, progress => progress.Peer.IsFailing);
        Assert.That(leader.Peer.Error, Does.Contain("401"));
        TaskProgress helper = await AwaitAsync(_deployment.Helper, task, progress => progress.Peer.IsFailing);
        Assert.That(helper.Peer.Error, Does.Contain("credential that is not accepted"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Sides_that_agree_are_told_so_and_their_numbers_fit()
    {
        TestTask task = await AddAsync(helper => helper);
        MadeReport[] reports = await _deployment.UploadAsync(task, 0, 1, 2, 3);
        await RawHttp.PostAsync(new Uri(_deployment.Leader.Endpoint, $"tasks/{task.Id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, ReportFactory.UploadBody(reports[..2]));

        TaskProgress leader = await AwaitAsync(_deployment.Leader, task, progress => progress is { Counts.Aggregated: 4, Counts.Refused.Count: 1 });
        Assert.That(leader.Counts.Received, Is.EqualTo(4));
        Assert.That(leader.Counts.Refused[ReportError.ReportReplayed], Is.EqualTo(2));
        Assert.That(leader.Counts.Rejected, Is.Empty);
        Assert.That(leader.Buckets.Sum(bucket => bucket.Aggregated), Is.EqualTo(4));
        Assert.That(leader.Waiting, Is.Zero);
        Assert.That(leader.Peer.ContactAt, Is.Not.Null);
        TaskProgress helper = await AwaitAsync(_deployment.Helper, task, progress => progress.Peer.ContactAt is not null);
        Assert.That(helper.Counts.Aggregated, Is.EqualTo(4));
        Assert.That((await CheckAsync(task)).Select(finding => finding.Outcome), Is.All.EqualTo(CheckOutcome.Ok));
        Assert.That(
            (await CheckAsync(task, Role.Helper)).Select(finding => finding.Outcome),
            Is.EqualTo([.. Enumerable.Repeat(CheckOutcome.Ok, 4), .. Enumerable.Repeat(CheckOutcome.Unknown, 3)]));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task What_is_compared_is_told_to_the_authenticated_leader_alone_and_holds_no_secret()
    {
        TestTask task = await AddAsync(helper => helper);
        Uri agreement = new AggregatorUrls(new Url(_deployment.Helper.Endpoint.ToString())).Agreement(task.Id);
        Assert.That((int)(await RawHttp.GetAsync(agreement)).Status, Is.EqualTo(401));
        Assert.That((int)(await RawHttp.GetAsync(agreement, BearerToken.Generate())).Status, Is.EqualTo(401));

        HttpAnswer answer = await RawHttp.GetAsync(agreement, task.AggregatorToken);
        Assert.That((int)answer.Status, Is.EqualTo(200));
        Assert.That(TaskAgreement.TryParse(answer.Body)!.VerifyKeyFingerprint, Is.EqualTo(TaskFingerprints.OfVerifyKey(task.Id, task.VerificationKeyId, task.VerifyKey)));
        SecretSearch secrets = new();
        secrets.Add(task);
        Assert.That(secrets.FindIn([Encoding.UTF8.GetString(answer.Body)]), Is.Empty);
    }

    private async Task<TestTask> AddAsync(Func<DapTask, DapTask> change)
    {
        TestTask task = new(new TestTaskOptions { Leader = _deployment.Leader.Endpoint, Helper = _deployment.Between.Endpoint });
        await _deployment.Leader.AddTaskAsync(task.For(Role.Leader));
        await _deployment.Helper.AddTaskAsync(change(task.For(Role.Helper)));
        return task;
    }

    private async Task AssertRejectedAsync(TestTask task, ReportError error, string warning)
    {
        foreach (TestAggregator side in new[] { _deployment.Leader, _deployment.Helper })
        {
            TaskProgress progress = await AwaitAsync(side, task, progress => progress.Counts.Rejected.Values.Sum() >= Reports);
            Assert.That(progress.Counts.Rejected, Is.EqualTo(new Dictionary<ReportError, long> { [error] = Reports }));
            Assert.That(progress.Counts.Aggregated, Is.Zero);
            Assert.That(
                side.Logs.Lines.Where(line => line.Contains(task.Id.ToString(), StringComparison.Ordinal) && line.Contains("Warning", StringComparison.Ordinal)),
                Has.Exactly(1).Contains($"task {task.Id}: {warning}"));
        }
    }

    private async Task<string[]> FailedAsync(TestTask task) =>
        [.. (await CheckAsync(task)).Where(finding => finding.Outcome == CheckOutcome.Failed).Select(finding => finding.Check)];

    private async Task<IReadOnlyList<PeerFinding>> CheckAsync(TestTask task, Role role = Role.Leader)
    {
        TestAggregator side = role == Role.Leader ? _deployment.Leader : _deployment.Helper;
        DapTask stored = (await side.Get<TaskStore>().FindAsync(task.Id, Token))!;
        using HttpClient client = new(DapHttpHandler.Create());
        return await new PeerCheck(client, TimeProvider.System).RunAsync(TaskCheckCommand.SubjectOf(stored, TimeProvider.System.GetUtcNow()), Token);
    }

    // What is counted in memory is written at once here, not in ten seconds.
    private static async Task<TaskProgress> AwaitAsync(TestAggregator side, TestTask task, Func<TaskProgress, bool> isThere)
    {
        DapTask stored = (await side.Get<TaskStore>().FindAsync(task.Id, Token))!;
        TaskProgress progress;
        do
        {
            await Task.Delay(20, Token);
            await side.Get<TaskStatusRecorder>().WriteAsync(Token);
            progress = await side.Get<TaskStatusStore>().ReadAsync(stored, 10, Token);
        }
        while (!isThere(progress));

        return progress;
    }
}
