using System.Net;
using System.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>Secrets stay where they belong: in no log line, whatever its level, and in no problem document.</summary>
public sealed class SecretsTests : DeploymentFixture
{
    [Test]
    public async Task No_token_key_or_share_appears_in_a_log_or_a_problem_document()
    {
        SecretSearch secrets = new();
        List<HttpAnswer> problems = [];
        foreach (BatchMode mode in new[] { BatchMode.TimeInterval, BatchMode.LeaderSelected })
        {
            TestTask task = await Deployment.AddTaskAsync(new TestTaskOptions { BatchMode = mode });
            secrets.Add(task);
            Between.ScriptFirst(
                request => request.Method == "POST",
                ScriptedHelper.Status(HttpStatusCode.InternalServerError),
                ScriptedHelper.Status(HttpStatusCode.Unauthorized),
                Between.LoseAnswer());
            MadeReport[] reports = await Deployment.UploadAsync(task, 0, 1, 2, 3);
            AddShares(secrets, reports);
            CollectionJobReq request = TestDeployment.RequestFor(task);
            CollectedBatch batch = await Deployment.CollectAsync(task, request);
            CollectionJobResp response = (await RawHttp.GetAsync(batch.Job, task.CollectorToken)).Decode<CollectionJobResp>();
            secrets.Add("the Leader's aggregate share", task.Open(Role.Leader, request, response.LeaderEncryptedAggShare));
            secrets.Add("the Helper's aggregate share", task.Open(Role.Helper, request, response.HelperEncryptedAggShare));
            problems.AddRange(await ProvokeAsync(task, secrets));
        }

        await AddKeysAsync(secrets, Deployment.Leader);
        await AddKeysAsync(secrets, Deployment.Helper);
        IEnumerable<string> documents = problems.Select(answer => Encoding.UTF8.GetString(answer.Body));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(problems, Has.Count.GreaterThan(5).And.All.Property(nameof(HttpAnswer.ContentType)).EqualTo(DapMediaType.Problem));
            Assert.That(Deployment.Leader.Logs.Lines, Has.Count.GreaterThan(100), "the logs are captured");
            Assert.That(secrets.FindIn(documents), Is.Empty, "problem documents");
            Assert.That(secrets.FindIn(Deployment.Leader.Logs.Lines), Is.Empty, "the Leader's logs");
            Assert.That(secrets.FindIn(Deployment.Helper.Logs.Lines), Is.Empty, "the Helper's logs");
        }
    }

    [Test]
    public void The_search_finds_a_secret_in_every_encoding()
    {
        byte[] secret = [0xfb, 0xef, 0xbe, 1, 2, 3, 4, 5, 6];
        SecretSearch secrets = new();
        secrets.Add("a key", secret);
        secrets.Add("a token", "T0ken");
        string[] texts =
        [
            $"x{Convert.ToHexString(secret)}y",
            Convert.ToHexStringLower(secret),
            Convert.ToBase64String(secret),
            System.Buffers.Text.Base64Url.EncodeToString(secret),
            "Authorization: Bearer T0ken",
        ];
        Assert.That(secrets.FindIn(texts), Has.Count.EqualTo(texts.Length));
        Assert.That(secrets.FindIn(["nothing"]), Is.Empty);
    }

    // Refusals of every kind, with secrets in the requests where there can be any.
    private async Task<HttpAnswer[]> ProvokeAsync(TestTask task, SecretSearch secrets)
    {
        ReportFactory reports = await Deployment.ReportsAsync(task);
        MadeReport report = reports.Make(ReportShape.Valid);
        AddShares(secrets, [report]);
        ScriptedLeader leader = new(task, Deployment.Helper.Endpoint);
        byte[] job = leader.InitBody([leader.Init(report)]);
        Uri uploads = new(Deployment.Leader.Endpoint, $"tasks/{task.Id}/reports");
        Uri collections = new(Deployment.Leader.Endpoint, $"tasks/{task.Id}/collection_jobs");
        BearerToken wrong = BearerToken.Generate();
        secrets.Add("a wrong token", wrong.Secret);
        byte[] plaintext = WireMessage.Encode(new PlaintextInputShare([], report.LeaderInputShare));
        return
        [
            await RawHttp.PostAsync(leader.AggregationJobs, DapVersion.Newest.MediaTypes.AggregationJobInitReq, job, wrong),
            await RawHttp.PostAsync(collections, DapVersion.Newest.MediaTypes.CollectionJobReq, [], wrong),
            await RawHttp.PostAsync(collections, DapVersion.Newest.MediaTypes.CollectionJobReq, [1], task.CollectorToken),
            await leader.PostInitAsync(job[..^1]),
            await leader.PostInitAsync([.. job, .. plaintext]),
            await RawHttp.PostAsync(uploads, DapVersion.Newest.MediaTypes.UploadRequest, plaintext),
            await RawHttp.PostAsync(uploads, "text/plain", ReportFactory.UploadBody(report)),
            await leader.PostShareAsync(leader.ShareRequest(BatchSelector.LeaderSelected(BatchId.Random()))),
            await leader.PostShareAsync(leader.ShareRequest(BatchSelector.TimeInterval(TestDeployment.AroundNow))),
        ];
    }

    private static void AddShares(SecretSearch secrets, MadeReport[] reports)
    {
        foreach (MadeReport report in reports)
        {
            secrets.Add("a Leader's input share", report.LeaderInputShare);
            secrets.Add("a Helper's input share", report.HelperInputShare);
            // Part of it, as a log might cut it.
            secrets.Add("the beginning of a Leader's input share", report.LeaderInputShare.AsSpan(0, 24));
        }
    }

    private static async Task AddKeysAsync(SecretSearch secrets, TestAggregator aggregator)
    {
        secrets.Add("a datastore key", aggregator.DatastoreKey);
        foreach (StoredHpkeKey key in await aggregator.Get<HpkeKeyStore>().ListAsync(CancellationToken.None))
        {
            secrets.Add("an HPKE private key", key.PrivateKey);
        }
    }
}
