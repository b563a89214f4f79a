using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.IntegrationTests.Upload;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>
/// DAP §3 (http-usage) over every resource: whatever is wrong with a request has a defined answer, and changes nothing.
/// </summary>
public sealed class RefusalTests : ResourceFixture
{
    private const int MaximumInitBytes = 20_000;
    private const int MaximumRequestBytes = 1 << 20;

    private static readonly IEnumerable<string> Paths = Resource.All.Select(resource => resource.Path).Distinct();
    private static readonly IEnumerable<Resource> WithBody = Resource.WithBody;
    private static readonly IEnumerable<Resource> OfTasks = Resource.OfTasks;
    private static readonly IEnumerable<Resource> Authenticated = Resource.Authenticated;
    private static readonly IEnumerable<Resource> WithId = Resource.WithId;

    [Test]
    public async Task A_method_that_a_resource_does_not_have_is_not_allowed(
        [ValueSource(nameof(Paths))] string path, [Values("PUT", "PATCH", "OPTIONS", "BREW")] string method)
    {
        string[] allowed = [.. Resource.All.Where(resource => resource.Path == path).Select(resource => resource.Method)];
        TaskId task = TaskId.Random();
        Resource wrong = new(method, path, null);
        HttpAnswer answer = await RefuseAsync(() => SendAsync(wrong, UriOf(wrong, task.ToString()), null));
        AssertProblem(answer, HttpStatusCode.MethodNotAllowed);
        Assert.That(answer.Header("Allow")!.Split(", "), Is.SupersetOf(allowed).And.No.Member(method));
        Assert.That(answer.Problem.TaskId, Is.EqualTo(path.StartsWith("tasks/", StringComparison.Ordinal) ? task.ToString() : null));
    }

    [TestCase("GET", "tasks/{task}/reports")]
    [TestCase("DELETE", "tasks/{task}/reports")]
    [TestCase("POST", "hpke_config")]
    [TestCase("DELETE", "hpke_config")]
    [TestCase("GET", "tasks/{task}/collection_jobs")]
    [TestCase("GET", "tasks/{task}/aggregation_jobs")]
    [TestCase("DELETE", "tasks/{task}/aggregate_shares")]
    [TestCase("POST", "tasks/{task}/collection_jobs/{id}")]
    [TestCase("POST", "tasks/{task}/aggregate_shares/{id}")]
    public async Task A_method_of_another_resource_is_not_allowed(string method, string path)
    {
        TestTask task = await AddTaskAsync(Role.Leader);
        Resource wrong = new(method, path, null);
        AssertProblem(
            await RefuseAsync(() => SendAsync(wrong, UriOf(wrong, task.Id.ToString()), null)), HttpStatusCode.MethodNotAllowed);
    }

    [TestCase("")]
    [TestCase("tasks")]
    [TestCase("tasks/{task}")]
    [TestCase("tasks/{task}/report")]
    [TestCase("tasks/{task}/reports/{id}")]
    [TestCase("tasks/{task}/aggregation_jobs/{id}/x")]
    [TestCase("hpke_config/x")]
    [TestCase("x/../hpke_configs")]
    [TestCase("favicon.ico")]
    public async Task A_path_that_is_no_resource_is_not_found(string path)
    {
        TaskId task = TaskId.Random();
        Resource nothing = new("GET", path, null);
        HttpAnswer answer = await RefuseAsync(() => SendAsync(nothing, UriOf(nothing, task.ToString()), null));
        AssertProblem(answer, HttpStatusCode.NotFound);
        Assert.That(answer.Problem.TaskId, Is.EqualTo(path.Contains("{task}", StringComparison.Ordinal) ? task.ToString() : null));
    }

    [Test]
    public async Task A_body_of_another_media_type_is_refused([ValueSource(nameof(WithBody))] Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        byte[] body = ValidBody(resource, task);
        string?[] mediaTypes =
        [
            null,
            string.Empty,
            "application/octet-stream",
            "application/ppm-dap",
            "application/ppm-dap;message=",
            "application/ppm-dap;message=hpke-config-list",
            $"application/ppm-dap;message={resource.Message}x",
            $"application/ppm-dap;kind={resource.Message}",
            $"application/x-ppm-dap;message={resource.Message}",
            $"application/ppm-dap;message={resource.Message};message=upload-errors",
            $"{resource.MediaType}, {resource.MediaType}",
        ];
        foreach (string? mediaType in mediaTypes)
        {
            HttpAnswer answer = await RefuseAsync(() => PostAsync(resource, task, mediaType, body));
            AssertProblem(answer, HttpStatusCode.UnsupportedMediaType);
            Assert.That(answer.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
            Assert.That(answer.Problem.Detail, Does.Contain(resource.MediaType));
        }
    }

    [Test]
    public async Task The_spelling_of_the_media_type_makes_no_difference([ValueSource(nameof(WithBody))] Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        string[] mediaTypes =
        [
            resource.MediaType,
            $"application/ppm-dap; message={resource.Message}",
            $"Application/PPM-DAP ;\tMESSAGE=\"{resource.Message!.ToUpperInvariant()}\"",
            $"application/ppm-dap;version=18;message={resource.Message};charset=utf-8",
        ];
        foreach (string mediaType in mediaTypes)
        {
            HttpAnswer answer = await RefuseAsync(() => PostAsync(resource, task, mediaType, [1]));
            AssertProblem(answer, DapProblemType.InvalidMessage, task.Id);
        }
    }

    [TestCaseSource(nameof(WithBody))]
    public async Task A_compressed_body_is_refused(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        byte[] body = ValidBody(resource, task);
        AssertProblem(
            await RefuseAsync(() => PostAsync(resource, task, resource.MediaType, body, ("Content-Encoding", "gzip"))),
            HttpStatusCode.UnsupportedMediaType);
        AssertProblem(
            await RefuseAsync(() => PostAsync(resource, task, resource.MediaType, [1], ("Content-Encoding", "Identity"))),
            DapProblemType.InvalidMessage,
            task.Id);
    }

    [TestCaseSource(nameof(WithBody))]
    public async Task A_body_that_is_cut_off_or_goes_on_is_an_invalid_message(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        byte[] body = ValidBody(resource, task);
        // An upload without reports is one that has nothing to do.
        IEnumerable<int> lengths = Enumerable.Range(resource.Message == "upload-req" ? 1 : 0, 8)
            .Concat(Enumerable.Range(8, body.Length - 8).Where(length => body.Length < 100 || length % 17 == 0 || length >= body.Length - 2));
        foreach (int length in lengths.Distinct())
        {
            HttpAnswer answer = await RefuseAsync(() => PostAsync(resource, task, resource.MediaType, body[..length]));
            AssertProblem(answer, DapProblemType.InvalidMessage, task.Id);
        }

        byte[][] longer = [[.. body, 0], [.. body, .. new byte[100]]];
        foreach (byte[] trailing in longer)
        {
            AssertProblem(await RefuseAsync(() => PostAsync(resource, task, resource.MediaType, trailing)), DapProblemType.InvalidMessage, task.Id);
        }
    }

    [Test]
    public async Task A_body_that_is_too_long_is_refused(
        [ValueSource(nameof(WithBody))] Resource resource, [Values] bool withLength)
    {
        TestTask task = await AddTaskAsync(resource);
        // Reports are read one by one, so there must be many; everything else is read to the limit.
        byte[] body = ValidBody(resource, task, reports: 60);
        body = body.Length > MaximumInitBytes ? body : [.. body, .. new byte[MaximumRequestBytes]];
        using HttpRequestMessage request = new(HttpMethod.Post, UriOf(resource, task.Id.ToString()));
        request.Content = withLength ? new ByteArrayContent(body) : new DrippingContent(body, octets: 0, piece: 4000);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", resource.MediaType);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {TokenOf(resource, task).Secret}");
        request.Headers.ExpectContinue = withLength;
        HttpAnswer answer = await RefuseAsync(() => RawHttp.SendAsync(request));
        AssertProblem(answer, HttpStatusCode.RequestEntityTooLarge);
        Assert.That(answer.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
    }

    [TestCaseSource(nameof(OfTasks))]
    public async Task A_task_id_that_is_not_base64url_is_an_invalid_message(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        foreach (string text in NoIdentifiers(task.Id.ToString()))
        {
            HttpAnswer answer = await RefuseAsync(() => SendAsync(
                resource, UriOf(resource, text), Bearer(resource, task), resource.MediaType, ValidBody(resource, task)));
            AssertProblem(answer, DapProblemType.InvalidMessage, null);
        }
    }

    [TestCaseSource(nameof(WithId))]
    public async Task An_id_that_is_not_base64url_is_an_invalid_message(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        foreach (string text in NoIdentifiers(AnyId))
        {
            HttpAnswer answer = await RefuseAsync(() => SendAsync(
                resource, UriOf(resource, task.Id.ToString(), text), Bearer(resource, task)));
            AssertProblem(answer, DapProblemType.InvalidMessage, task.Id);
        }
    }

    [TestCaseSource(nameof(WithId))]
    public async Task An_id_that_nothing_has_is_not_found(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        HttpAnswer answer = await RefuseAsync(() => SendAsync(resource, UriOf(resource, task.Id.ToString()), Bearer(resource, task)));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(answer.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
    }

    [Test]
    public async Task A_task_id_may_be_percent_encoded([ValueSource(nameof(OfTasks))] Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        string text = task.Id.ToString();
        string encoded = $"%{(int)text[0]:X2}{text[1..]}";
        HttpAnswer plain = await SendAsync(resource, UriOf(resource, text), Bearer(resource, task), resource.MediaType, [1]);
        HttpAnswer answer = await SendAsync(resource, UriOf(resource, encoded), Bearer(resource, task), resource.MediaType, [1]);
        Assert.That((answer.Status, answer.Problem), Is.EqualTo((plain.Status, plain.Problem)));
    }

    [TestCaseSource(nameof(OfTasks))]
    public async Task A_task_that_is_not_known_is_told_to_those_who_may_know(Resource resource)
    {
        TestTask known = await AddTaskAsync(resource);
        TestTask unknown = new(new TestTaskOptions());
        HttpAnswer answer = await RefuseAsync(() => SendAsync(
            resource, UriOf(resource, unknown.Id.ToString()), Bearer(resource, known), resource.MediaType, ValidBody(resource, unknown)));
        AssertProblem(answer, DapProblemType.UnrecognizedTask, unknown.Id);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCaseSource(nameof(OfTasks))]
    public async Task A_task_in_which_we_have_the_other_role_is_not_known(Resource resource)
    {
        TestTask sender = await AddTaskAsync(resource);
        TestTask task = await AddTaskAsync(resource.Role == Role.Leader ? Role.Helper : Role.Leader);
        HttpAnswer answer = await RefuseAsync(() => SendAsync(
            resource, UriOf(resource, task.Id.ToString()), Bearer(resource, sender), resource.MediaType, ValidBody(resource, task)));
        AssertProblem(answer, DapProblemType.UnrecognizedTask, task.Id);
    }

    [TestCaseSource(nameof(Authenticated))]
    public async Task A_good_request_without_the_right_token_changes_nothing(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        TestTask other = await AddTaskAsync(resource);
        byte[] body = ValidBody(resource, task);
        BearerToken otherDirection = resource.Role == Role.Helper ? task.CollectorToken : task.AggregatorToken;
        foreach (string? authorization in new[] { null, "Basic QTpC", Bearer(resource, other), $"Bearer {otherDirection.Secret}" })
        {
            HttpAnswer answer = await RefuseAsync(() => SendAsync(
                resource, UriOf(resource, task.Id.ToString()), authorization, resource.MediaType, body));
            AssertProblem(answer, HttpStatusCode.Unauthorized);
            Assert.That(answer.Authenticate, Is.EqualTo("Bearer"));
        }
    }

    [TestCaseSource(nameof(Authenticated))]
    public async Task Authentication_comes_before_everything_but_the_task_id(Resource resource)
    {
        TestTask task = await AddTaskAsync(resource);
        Uri uri = UriOf(resource, task.Id.ToString(), "nonsense");
        AssertProblem(await RefuseAsync(() => SendAsync(resource, uri, null, "text/plain", [1])), HttpStatusCode.Unauthorized);
    }

    protected override void Configure(AggregatorOptions options)
    {
        options.AggregationJobs.MaximumRequestBytes = MaximumInitBytes;
        options.Upload.MaximumReportsPerRequest = 4;
    }

    private static string Bearer(Resource resource, TestTask task) => $"Bearer {TokenOf(resource, task).Secret}";

    private Task<HttpAnswer> PostAsync(Resource resource, TestTask task, string? mediaType, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync(resource, UriOf(resource, task.Id.ToString()), Bearer(resource, task), mediaType, body, headers);

    // Padded, of another length, of other alphabets, and with bits set that no byte uses.
    private static string[] NoIdentifiers(string identifier) =>
    [
        "nonsense",
        identifier[..^1],
        identifier + "A",
        identifier + "=",
        identifier + "==",
        identifier[..^1] + "%3D",
        identifier[..^1] + "+",
        identifier[..^1] + "%2B",
        identifier[..^1] + "%2F",
        identifier[..^1] + "%20",
        identifier[..^1] + ".",
        identifier[..^1] + "B",
        identifier[..^1] + "%C3%A9",
    ];
}
