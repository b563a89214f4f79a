using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Http;

/// <summary>One aggregator for the fixture, without workers, whose clock stands still; each test makes a task of its own.</summary>
public abstract class EndpointFixture
{
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    protected FakeTimeProvider Clock { get; } = new(Start);

    protected SecretSearch Secrets { get; } = new();

    protected TestDatabase Database { get; private set; } = null!;

    protected TestAggregator Aggregator { get; private set; } = null!;

    protected HpkeConfig HpkeConfig { get; private set; } = null!;

    /// <summary>The aggregator's time in units of the tasks' time precision.</summary>
    protected Time CurrentTime => Time.FromDateTimeOffset(Clock.GetUtcNow(), TestTask.Precision);

    [OneTimeSetUp]
    public async Task StartAggregator()
    {
        Database = await TestPostgres.CreateDatabaseAsync();
        Aggregator = await TestAggregator.StartAsync(Database, Roles, Clock, Configure, maximumConnections: MaximumConnections);
        HpkeConfig = await Aggregator.HpkeConfigAsync();
        Secrets.Add("the datastore key", Aggregator.DatastoreKey);
    }

    [OneTimeTearDown]
    public async Task StopAggregator()
    {
        if (Aggregator is not null)
        {
            IReadOnlyList<string> lines = Aggregator.Logs.Lines;
            await Aggregator.DisposeAsync();
            await Database.DisposeAsync();
            Assert.That(Secrets.FindIn(lines), Is.Empty, "a secret was logged");
        }
    }

    /// <summary>What the aggregator does beside serving HTTP: nothing, unless a fixture needs drivers.</summary>
    protected virtual AggregatorRoles Roles => AggregatorRoles.Aggregator;

    /// <summary>How many connections it takes at once; any number, unless a fixture says so.</summary>
    protected virtual int? MaximumConnections => null;

    protected virtual void Configure(AggregatorOptions options)
    {
    }

    /// <summary>A new task in which the aggregator has the role.</summary>
    protected async Task<TestTask> AddTaskAsync(Role role, TestTaskOptions? options = null)
    {
        TestTaskOptions chosen = options ?? new TestTaskOptions();
        TestTask task = new(role == Role.Leader ? chosen with { Leader = Aggregator.Endpoint } : chosen with { Helper = Aggregator.Endpoint });
        await Aggregator.AddTaskAsync(task.For(role));
        Secrets.Add(task);
        return task;
    }

    protected Uri At(string path) => new(Aggregator.Endpoint, path);

    protected Task<long> CountAsync(string table, TestTask task, string where = "true") =>
        ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE {OfTask(task)} AND {where}");

    /// <summary>Marks the buckets of an interval collected, ends included.</summary>
    protected Task MarkCollectedAsync(TestTask task, Time first, Time last) => ExecuteAsync($"""
        INSERT INTO collected_batches (task_key, first_bucket, last_bucket, collected_at)
        SELECT task_key, int8send({first}), int8send({last}), now() FROM tasks WHERE {OfTask(task)}
        """);

    protected async Task<T> ScalarAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = new(Database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        return (T)(await command.ExecuteScalarAsync())!;
    }

    protected async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Database.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Asserts a problem document of DAP with everything that belongs to it.</summary>
    protected static void AssertProblem(HttpAnswer answer, DapProblemType type, TaskId? taskId)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"));
            Assert.That(answer.Problem.Type, Is.EqualTo($"urn:ietf:params:ppm:dap:error:{type.Token}"));
            Assert.That((int)answer.Status, Is.InRange(400, 499));
            Assert.That(answer.Problem.Status, Is.EqualTo((int)answer.Status));
            Assert.That(answer.Problem.TaskId, Is.EqualTo(taskId?.ToString()));
        }
    }

    /// <summary>Asserts a problem document for an HTTP status alone.</summary>
    protected static void AssertProblem(HttpAnswer answer, HttpStatusCode status)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(status));
            Assert.That(answer.ContentType, Is.EqualTo("application/problem+json"));
            Assert.That(answer.Problem.Type, Is.EqualTo("about:blank"));
            Assert.That(answer.Problem.Status, Is.EqualTo((int)status));
        }
    }

    protected static void AssertOk(HttpAnswer answer) =>
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), () => System.Text.Encoding.UTF8.GetString(answer.Body));

    /// <summary>Starts all at once and waits for all.</summary>
    protected static Task<T[]> RaceAsync<T>(int contenders, Func<Task<T>> run)
    {
        TaskCompletionSource start = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<T>[] tasks = [.. Enumerable.Range(0, contenders).Select(_ => Task.Run(async () =>
        {
            await start.Task;
            return await run();
        }))];
        start.SetResult();
        return Task.WhenAll(tasks);
    }

    private static string OfTask(TestTask task) =>
        $"task_key = (SELECT t.task_key FROM tasks AS t WHERE t.task_id = '\\x{Convert.ToHexString(task.Id.ToArray())}')";
}
