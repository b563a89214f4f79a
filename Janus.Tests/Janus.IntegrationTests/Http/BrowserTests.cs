using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>Clients in browsers, whose pages come from anywhere unless the operator names the origins: the Fetch standard, §3.3.</summary>
public sealed class BrowserTests : ResourceFixture
{
    private const string Page = "https://app.example";
    private static readonly IEnumerable<Resource> NotForClients = Resource.Authenticated;
    private static readonly IEnumerable<Resource> ForClients = Resource.All.Except(Resource.Authenticated);

    [TestCaseSource(nameof(ForClients))]
    public async Task A_browser_may_ask_for_what_clients_need(Resource resource)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        HttpAnswer answer = await PreflightAsync(resource, task);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.EqualTo("*"));
            Assert.That(answer.Header("Access-Control-Allow-Methods")!.Split(','), Does.Contain(resource.Method));
            Assert.That(answer.Header("Access-Control-Allow-Headers")!.Split(','), Does.Contain("Content-Type"));
            Assert.That(answer.Header("Access-Control-Max-Age"), Is.EqualTo("7200"));
            Assert.That(answer.Header("Access-Control-Allow-Credentials"), Is.Null);
        }
    }

    [TestCaseSource(nameof(NotForClients))]
    public async Task A_browser_gets_at_nothing_else(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        HttpAnswer preflight = await PreflightAsync(resource, task);
        AssertProblem(preflight, HttpStatusCode.MethodNotAllowed);
        HttpAnswer answer = await SendAsync(
            resource, UriOf(resource, task.Id.ToString()), $"Bearer {TokenOf(resource, task).Secret}", resource.MediaType, [1], ("Origin", Page));
        Assert.That(answer.Headers.Keys.Concat(preflight.Headers.Keys), Has.None.StartsWith("Access-Control-"));
    }

    [Test]
    public async Task A_page_may_read_the_hpke_configurations_and_a_cache_keeps_them_apart()
    {
        Resource resource = Resource.All[0];
        HttpAnswer fromPage = await SendAsync(resource, At("hpke_config"), null, null, null, ("Origin", Page));
        HttpAnswer fromElsewhere = await SendAsync(resource, At("hpke_config"), null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fromPage.Header("Access-Control-Allow-Origin"), Is.EqualTo("*"));
            Assert.That(fromPage.Header("Access-Control-Expose-Headers")!.Split(','), Is.EquivalentTo(["Retry-After", "ETag"]));
            Assert.That(fromPage.Header("Vary"), Does.Contain("Origin"));
            Assert.That(fromElsewhere.Header("Access-Control-Allow-Origin"), Is.Null);
            Assert.That(fromElsewhere.Header("Vary"), Does.Contain("Origin"));
            Assert.That(fromPage.Body, Is.EqualTo(fromElsewhere.Body).And.Not.Empty);
        }
    }

    [Test]
    public async Task A_page_may_read_every_answer_to_an_upload()
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        byte[] body = ValidBody(Upload, task);
        (HttpStatusCode Status, string? MediaType, byte[] Body, TaskId Task)[] uploads =
        [
            (HttpStatusCode.OK, Upload.MediaType, body, task.Id),
            (HttpStatusCode.OK, Upload.MediaType, body, task.Id),
            (HttpStatusCode.BadRequest, Upload.MediaType, body[..^1], task.Id),
            (HttpStatusCode.UnsupportedMediaType, "text/plain", body, task.Id),
            (HttpStatusCode.NotFound, Upload.MediaType, body, TaskId.Random()),
            (HttpStatusCode.RequestEntityTooLarge, Upload.MediaType, ValidBody(Upload, task, reports: 40), task.Id),
        ];
        foreach ((HttpStatusCode status, string? mediaType, byte[] sent, TaskId id) in uploads)
        {
            HttpAnswer answer = await SendAsync(Upload, UriOf(Upload, id.ToString()), null, mediaType, sent, ("Origin", Page));
            Assert.That(answer.Status, Is.EqualTo(status));
            Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.EqualTo("*"), status.ToString());
            Assert.That(status == HttpStatusCode.OK || answer.ContentType == DapMediaType.Problem, Is.True);
        }
    }

    [Test]
    public async Task Options_that_no_browser_sends_is_not_allowed()
    {
        HttpAnswer answer = await SendAsync(new Resource("OPTIONS", "hpke_config", null), At("hpke_config"), null);
        AssertProblem(answer, HttpStatusCode.MethodNotAllowed);
        Assert.That(answer.Header("Allow"), Is.EqualTo("GET, HEAD"));
    }

    [TestCase("https://app.example", true)]
    [TestCase("https://other.example:8443", true)]
    [TestCase("https://evil.example", false)]
    [TestCase("http://app.example", false)]
    [TestCase("https://app.example.evil.example", false)]
    [TestCase("null", false)]
    public async Task Only_the_origins_that_are_configured_may(string origin, bool expected)
    {
        await using TestAggregator aggregator = await StartAsync("https://app.example", "https://other.example:8443");
        TestTask task = await AddTaskAsync(Role.Leader);
        string? allowed = expected ? origin : null;
        HttpAnswer preflight = await PreflightAsync(Upload, task, origin, aggregator.Endpoint);
        HttpAnswer answer = await SendAsync(
            Resource.All[0], new Uri(aggregator.Endpoint, "hpke_config"), null, null, null, ("Origin", origin));
        Assert.That(preflight.Header("Access-Control-Allow-Origin"), Is.EqualTo(allowed));
        Assert.That(answer.Header("Access-Control-Allow-Origin"), Is.EqualTo(allowed));
        Assert.That(answer.Header("Vary"), Does.Contain("Origin"));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), "the browser keeps the answer from the page");
    }

    [Test]
    public async Task No_origin_may_where_none_is_configured()
    {
        await using TestAggregator aggregator = await StartAsync("none");
        HttpAnswer answer = await SendAsync(
            Resource.All[0], new Uri(aggregator.Endpoint, "hpke_config"), null, null, null, ("Origin", Page));
        Assert.That(answer.Headers.Keys, Has.None.StartsWith("Access-Control-"));
    }

    protected override void Configure(AggregatorOptions options) => options.Upload.MaximumReportsPerRequest = 4;

    private static Resource Upload => Resource.All[1];

    private Task<TestAggregator> StartAsync(params string[] origins) => TestAggregator.StartAsync(
        Database,
        configure: options => options.Browsers.AllowedOrigins = origins,
        datastoreKey: Aggregator.DatastoreKey);

    private Task<HttpAnswer> PreflightAsync(Resource resource, TestTask task, string origin = Page, Uri? endpoint = null)
    {
        Uri uri = UriOf(resource, task.Id.ToString());
        Resource options = resource with { Method = "OPTIONS", Message = null };
        return SendAsync(
            options,
            endpoint is null ? uri : new Uri(endpoint, uri.AbsolutePath),
            null,
            null,
            null,
            ("Origin", origin),
            ("Access-Control-Request-Method", resource.Method),
            ("Access-Control-Request-Headers", "content-type"));
    }
}
