using System.Net;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;

namespace Janus.IntegrationTests.Http;

/// <summary>DAP §3.5 (request-authentication) on every resource that requires it.</summary>
public sealed class AuthenticationTests : EndpointFixture
{
    private static readonly string Id = new('A', 22);
    private static readonly (string Method, string Path, Role Role)[] Resources =
    [
        ("POST", "aggregation_jobs", Role.Helper),
        ("POST", $"aggregation_jobs/{Id}", Role.Helper),
        ("GET", $"aggregation_jobs/{Id}", Role.Helper),
        ("DELETE", $"aggregation_jobs/{Id}", Role.Helper),
        ("POST", "aggregate_shares", Role.Helper),
        ("GET", $"aggregate_shares/{Id}", Role.Helper),
        ("DELETE", $"aggregate_shares/{Id}", Role.Helper),
        ("POST", "collection_jobs", Role.Leader),
        ("GET", $"collection_jobs/{Id}", Role.Leader),
        ("DELETE", $"collection_jobs/{Id}", Role.Leader),
    ];

    private static IEnumerable<TestCaseData> Cases() =>
        Resources.Select(one => new TestCaseData(one.Method, one.Path, one.Role).SetArgDisplayNames(one.Method, one.Path));

    [TestCaseSource(nameof(Cases))]
    public async Task A_request_without_a_token_or_with_a_wrong_one_is_refused(string method, string path, Role role)
    {
        TestTask task = await AddTaskAsync(role);
        TestTask other = await AddTaskAsync(role);
        BearerToken right = role == Role.Helper ? task.AggregatorToken : task.CollectorToken;
        BearerToken otherTasks = role == Role.Helper ? other.AggregatorToken : other.CollectorToken;
        BearerToken otherDirection = role == Role.Helper ? task.CollectorToken : task.AggregatorToken;
        string?[] headers =
        [
            null,
            string.Empty,
            "Bearer",
            "Bearer ",
            $"Basic {right.Secret}",
            right.Secret,
            $"Bearer {right.Secret}x",
            $"Bearer {right.Secret[..^1]}",
            $"Bearer {otherTasks.Secret}",
            $"Bearer {otherDirection.Secret}",
            $"Bearer {BearerToken.Generate().Secret}",
        ];
        foreach (string? header in headers)
        {
            HttpAnswer answer = await SendAsync(method, task.Id, path, header);
            AssertProblem(answer, HttpStatusCode.Unauthorized);
            Assert.That(answer.Authenticate, Is.EqualTo("Bearer"));
        }
    }

    [TestCaseSource(nameof(Cases))]
    public async Task A_sender_who_is_not_known_does_not_learn_whether_a_task_exists(string method, string path, Role role)
    {
        TestTask task = await AddTaskAsync(role);
        TestTask inOtherRole = await AddTaskAsync(role == Role.Helper ? Role.Leader : Role.Helper);
        TaskId unknown = TaskId.Random();
        string stranger = $"Bearer {BearerToken.Generate().Secret}";
        foreach (string? header in new[] { null, stranger })
        {
            HttpAnswer known = await SendAsync(method, task.Id, path, header);
            foreach (TaskId id in new[] { unknown, inOtherRole.Id })
            {
                HttpAnswer answer = await SendAsync(method, id, path, header);
                Assert.That(answer.Status, Is.EqualTo(known.Status));
                Assert.That(answer.Authenticate, Is.EqualTo(known.Authenticate));
                Assert.That(answer.Problem with { TaskId = null }, Is.EqualTo(known.Problem with { TaskId = null }));
            }
        }
    }

    [TestCaseSource(nameof(Cases))]
    public async Task A_sender_known_from_another_task_is_told_that_a_task_does_not_exist(string method, string path, Role role)
    {
        TestTask task = await AddTaskAsync(role);
        BearerToken token = role == Role.Helper ? task.AggregatorToken : task.CollectorToken;
        TaskId unknown = TaskId.Random();
        HttpAnswer answer = await SendAsync(method, unknown, path, $"Bearer {token.Secret}");
        AssertProblem(answer, DapProblemType.UnrecognizedTask, unknown);
    }

    [TestCaseSource(nameof(Cases))]
    public async Task A_sender_with_the_right_token_gets_past_authentication(string method, string path, Role role)
    {
        TestTask task = await AddTaskAsync(role);
        BearerToken token = role == Role.Helper ? task.AggregatorToken : task.CollectorToken;
        HttpAnswer answer = await SendAsync(method, task.Id, path, $"bearer {token.Secret}");
        Assert.That(
            answer.Status, Is.EqualTo(method == "POST" ? HttpStatusCode.UnsupportedMediaType : HttpStatusCode.NotFound));
        Assert.That(answer.Problem.TaskId, Is.EqualTo(task.Id.ToString()));
    }

    private async Task<HttpAnswer> SendAsync(string method, TaskId task, string path, string? authorization)
    {
        using HttpClient client = new();
        using HttpRequestMessage request = new(new HttpMethod(method), At($"tasks/{task}/{path}"));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using HttpResponseMessage response = await client.SendAsync(request);
        return await HttpAnswer.ReadAsync(response);
    }
}
