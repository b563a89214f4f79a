using System.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>Requests to every resource, and what all refusals have in common.</summary>
public abstract class ResourceFixture : EndpointFixture
{
    // Types that are not DAP's are RFC 9457's own: nothing is invented in DAP's namespace.
    private static readonly string[] KnownTypes = ["about:blank", .. DapProblemType.All.Select(type => type.Urn)];

    private protected static string AnyId { get; } = new('A', 22);

    private protected Uri UriOf(Resource resource, string task, string? id = null) => At(resource.Path
        .Replace("{task}", task, StringComparison.Ordinal)
        .Replace("{id}", id ?? AnyId, StringComparison.Ordinal));

    private protected static BearerToken TokenOf(Resource resource, TestTask task) =>
        resource.Role == Role.Helper ? task.AggregatorToken : task.CollectorToken;

    private protected Task<TestTask> AddTaskAsync(Resource resource) => AddTaskAsync(resource.Role ?? Role.Leader);

    /// <summary>A body that the resource takes, were it not for what the test breaks.</summary>
    private protected byte[] ValidBody(Resource resource, TestTask task, int reports = 1)
    {
        switch (resource.Message)
        {
            case "upload-req":
                return ReportFactory.UploadBody(new ReportFactory(task, HpkeConfig, null, CurrentTime).Make(new ulong[reports]));
            case "aggregation-job-init-req":
                ScriptedLeader leader = new(task, Aggregator.Endpoint);
                return leader.InitBody(new ReportFactory(task, null, HpkeConfig, CurrentTime).Make(new ulong[reports]).Select(leader.Init));
            case "collection-job-req":
                return WireMessage.Encode(new CollectionJobReq(Query.TimeInterval(new Interval(new Time(1), new Duration(2))), default, []));
            case "aggregate-share-req":
                return WireMessage.Encode(new ScriptedLeader(task, Aggregator.Endpoint)
                    .ShareRequest(BatchSelector.TimeInterval(new Interval(new Time(1), new Duration(2)))));
            default:
                return [];
        }
    }

    private protected static async Task<HttpAnswer> SendAsync(
        Resource resource, Uri uri, string? authorization, string? mediaType = null, byte[]? body = null, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(resource.Method), uri);
        request.Content = resource.Message is null ? null : new ByteArrayContent(body ?? []);
        if (mediaType is not null)
        {
            request.Content?.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        foreach ((string name, string value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await RawHttp.SendAsync(request);
    }

    /// <summary>Sends a request that is refused; whatever the reason, the answer is whole and nothing has changed.</summary>
    private protected async Task<HttpAnswer> RefuseAsync(Func<Task<HttpAnswer>> send)
    {
        string before = await DatabaseFingerprint.TakeAsync(Database);
        HttpAnswer answer = await send();
        AssertWhole(answer);
        Assert.That(await DatabaseFingerprint.TakeAsync(Database), Is.EqualTo(before), "the database has changed");
        return answer;
    }

    private void AssertWhole(HttpAnswer answer)
    {
        string text = Encoding.UTF8.GetString(answer.Body);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)answer.Status, Is.InRange(400, 599));
            Assert.That(answer.Problem.Type, Is.AnyOf(KnownTypes));
            Assert.That(answer.Problem.Status, Is.EqualTo((int)answer.Status));
            Assert.That(answer.Problem.Title, Is.Not.Null.And.Not.Empty);
            Assert.That(answer.Problem.Detail, Is.Not.Null.And.Not.Empty);
            Assert.That(answer.Header("Cache-Control"), Is.EqualTo("no-store"));
            Assert.That(answer.Header("Server"), Is.Null.Or.EqualTo("Kestrel"));
            Assert.That(text, Does.Not.Contain("   at ").And.Not.Contain("Exception").And.Not.Contain("Janus."));
            Assert.That(Secrets.FindIn([text]), Is.Empty);
        }
    }
}
