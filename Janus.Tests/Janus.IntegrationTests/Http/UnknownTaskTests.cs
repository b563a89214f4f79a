using System.Net;
using Janus.Aggregator;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Http;

/// <summary>Requests about tasks that nobody knows, of which anybody can make up any number.</summary>
public sealed class UnknownTaskTests : EndpointFixture
{
    // As many as are looked for at once, beside those who wait.
    private const int Lookups = 4;

    private TaskDirectory Tasks => Aggregator.Get<TaskDirectory>();

    [Test]
    public async Task So_many_are_looked_for_and_the_next_ones_are_to_come_back_until_others_give_up()
    {
        TestTask known = await AddTaskAsync(Role.Leader);
        Assert.That(await Tasks.FindAsync(known.Id, CancellationToken.None), Is.Not.Null);
        using CancellationTokenSource impatient = new();
        Task<AggregatorTask?>[] waiting;
        await using (NpgsqlConnection connection = new(Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
            await using NpgsqlCommand command = new("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE", connection, transaction);
            await command.ExecuteNonQueryAsync();
            waiting = [.. Enumerable.Range(0, TaskDirectory.MaximumWaiting + Lookups).Select(_ => Tasks.FindAsync(TaskId.Random(), impatient.Token).AsTask())];

            HttpAnswer refused = await UploadAsync(TaskId.Random());
            AssertProblem(refused, HttpStatusCode.ServiceUnavailable);
            Assert.That(refused.RetryAfter, Is.EqualTo("1"));
            Assert.That(await Tasks.FindAsync(known.Id, CancellationToken.None), Is.Not.Null, "who is known waits for nobody");
            Assert.That(waiting.Count(task => task.IsCompleted), Is.Zero);

            await impatient.CancelAsync();
            await ((Task)Task.WhenAll(waiting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.That(waiting.Select(task => task.IsCanceled), Is.All.True, "they wait no longer than their request does");
            // The lock is still there, and no statement has timed out: a turn is free because nobody waits for what had it.
            Assert.That(() => Tasks.FindAsync(TaskId.Random(), CancellationToken.None).AsTask().IsFaulted, Is.False.After(15_000, 20));
        }

        TaskId unknown = TaskId.Random();
        AssertProblem(await UploadAsync(unknown), DapProblemType.UnrecognizedTask, unknown);
    }

    private Task<HttpAnswer> UploadAsync(TaskId id) => RawHttp.PostAsync(At($"tasks/{id}/reports"), DapVersion.Newest.MediaTypes.UploadRequest, []);
}
