using Janus.Datastore;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class TransactionRunnerTests : DatastoreFixture
{
    private TransactionRunner Runner => Get<TransactionRunner>();

    [TestCase("40001")]
    [TestCase("40P01")]
    public async Task A_transaction_that_was_broken_off_runs_again_from_the_start(string sqlState)
    {
        int runs = 0;

        int result = await Runner.RunAsync("test", async (transaction, token) =>
        {
            runs++;
            await InsertAsync(transaction, runs, token);
            if (runs < 3)
            {
                await using NpgsqlCommand fail = transaction.Command($"DO $$ BEGIN RAISE EXCEPTION 'broken off' USING ERRCODE = '{sqlState}'; END $$");
                await fail.ExecuteNonQueryAsync(token);
            }

            return runs;
        }, Token);

        Assert.That(result, Is.EqualTo(3));
        Assert.That(await ScalarAsync<long[]>("SELECT array_agg(report_time) FROM report_ids"), Is.EqualTo((long[])[3]));
    }

    [Test]
    public async Task Transactions_that_lock_each_other_out_all_succeed()
    {
        await RowAsync(1);
        await RowAsync(2);

        int[] results = await RaceAsync(2, contender => Runner.RunAsync("test", async (transaction, token) =>
        {
            await TouchAsync(transaction, contender + 1, token);
            await Task.Delay(50, token);
            await TouchAsync(transaction, 2 - contender, token);
            return contender;
        }, Token));

        Assert.That(results, Is.EqualTo((int[])[0, 1]));
        Assert.That(await ScalarAsync<long[]>("SELECT array_agg(report_time) FROM report_ids"), Is.EqualTo((long[])[2, 2]));
    }

    [Test]
    public async Task Another_failure_is_not_tried_again()
    {
        int runs = 0;

        Assert.That(
            () => Runner.RunAsync("test", async (transaction, token) =>
            {
                runs++;
                await using NpgsqlCommand command = transaction.Command("SELECT 1 / 0");
                return await command.ExecuteScalarAsync(token);
            }, Token),
            Throws.InstanceOf<PostgresException>().With.Property("SqlState").EqualTo("22012"));
        Assert.That(runs, Is.EqualTo(1));
    }

    [Test]
    public async Task A_body_can_undo_what_it_did_and_still_return()
    {
        int result = await Runner.RunAsync("test", async (transaction, token) =>
        {
            await InsertAsync(transaction, 1, token);
            transaction.RollBack();
            return 7;
        }, Token);

        Assert.That(result, Is.EqualTo(7));
        Assert.That(await ScalarAsync<long>("SELECT count(*) FROM report_ids"), Is.Zero);
    }

    private Task<int> RowAsync(int task) => Runner.RunAsync("test", async (transaction, token) =>
    {
        await using NpgsqlCommand command = transaction.Command("INSERT INTO report_ids VALUES ($1, gen_random_uuid(), 0, 0)").With(task);
        return await command.ExecuteNonQueryAsync(token);
    }, Token);

    private static async Task InsertAsync(DatastoreTransaction transaction, long time, CancellationToken token)
    {
        await using NpgsqlCommand command = transaction.Command("INSERT INTO report_ids VALUES (1, gen_random_uuid(), $1, 0)").With(time);
        await command.ExecuteNonQueryAsync(token);
    }

    private static async Task TouchAsync(DatastoreTransaction transaction, int task, CancellationToken token)
    {
        await using NpgsqlCommand command = transaction.Command("UPDATE report_ids SET report_time = report_time + 1 WHERE task_key = $1").With(task);
        await command.ExecuteNonQueryAsync(token);
    }
}
