using System.Text.Json;
using Janus.Dap;
using Janus.Datastore;
using Janus.IntegrationTests.Embedded;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

/// <summary>A datastore key is replaced as docs/keys.md has it, on a Leader that goes on working and is never restarted.</summary>
/// <remarks><c>JANUS_TEST_REENCRYPTED_REPORTS</c> makes the database larger.</remarks>
public sealed class ReEncryptionUnderLoadTests
{
    private const int ReportsPerUpload = 20;
    private static readonly int Waiting =
        int.TryParse(Environment.GetEnvironmentVariable("JANUS_TEST_REENCRYPTED_REPORTS"), out int reports) ? reports : 3_000;

    private readonly string _old = DatastoreKeys.Generate();
    private string _new = null!;
    private int _waitingTask;
    private TestDirectory _directory = null!;
    private TestDeployment _deployment = null!;

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    private ReEncryption ReEncryption => _deployment.Leader.Get<ReEncryption>();

    [SetUp]
    public async Task Start()
    {
        do
        {
            _new = DatastoreKeys.Generate();
        }
        while (IdOf(_new) == IdOf(_old));

        _directory = new TestDirectory();
        Write(_old);
        _deployment = await TestDeployment.StartAsync(configureLeaderDatastore: datastore =>
        {
            datastore.Keys.Clear();
            datastore.KeysFile = _directory.Path("keys");
        });
    }

    [TearDown]
    public async Task Stop()
    {
        await _deployment.DisposeAsync();
        _directory.Dispose();
    }

    [Test]
    [CancelAfter(200_000)]
    public async Task A_re_encryption_under_load_killed_half_way_and_resumed_leaves_every_row_readable_under_the_new_key_alone()
    {
        await PutWaitingReportsAsync();
        TestTask task = await _deployment.AddTaskAsync(new TestTaskOptions { Vdaf = VdafDescription.Count() });
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<int> uploads = UploadAsync(task, stop.Token);
        TakeUp(_old, _new);
        TakeUp(_new, _old);

        await KillHalfWayAsync();
        await ResumeAsync();

        TakeUp(_new);
        await stop.CancelAsync();
        int uploaded = await uploads;
        CollectedBatch collected = await _deployment.CollectAsync(task);
        Assert.That(collected.ReportCount, Is.EqualTo((ulong)uploaded));
        Assert.That(collected.Aggregate, Is.EqualTo(new[] { (UInt128)uploaded }));
        await AssertReadableAsync();
        TestContext.Out.WriteLine($"{uploaded:N0} reports uploaded and aggregated meanwhile");
    }

    // Reports that wait for a collection with an aggregation parameter, which never comes.
    private async Task PutWaitingReportsAsync()
    {
        TestTask waiting = new(new TestTaskOptions { MultiRound = new MultiRoundVdaf(2) });
        _waitingTask = (await _deployment.Leader.AddTaskAsync(waiting.For(Role.Leader))).Key;
        foreach (int[] some in Enumerable.Range(0, Waiting).Chunk(2_000))
        {
            await _deployment.Leader.Get<ReportStore>().PutAsync(
                [.. some.Select(_ => new UploadedReport
                {
                    TaskKey = _waitingTask,
                    Id = ReportId.Random(),
                    Time = TestDeployment.CurrentTime.Value,
                    Week = ReportWeek.Of(TestDeployment.CurrentTime.Value, TestTask.Precision),
                    PublicShare = new byte[32],
                    LeaderInputShare = new byte[200],
                    HelperEncryptedInputShare = new byte[200],
                    IsTimeInterval = true,
                })],
                TimeProvider.System.GetUtcNow(),
                Token);
        }
    }

    private async Task<int> UploadAsync(TestTask task, CancellationToken stop)
    {
        int uploaded = 0;
        while (!stop.IsCancellationRequested)
        {
            await _deployment.UploadAsync(task, [.. Enumerable.Repeat(1UL, ReportsPerUpload)]);
            uploaded += ReportsPerUpload;
        }

        return uploaded;
    }

    private void TakeUp(params string[] keys)
    {
        Write(keys);
        // Now rather than at the next look.
        _deployment.Leader.Get<DatastoreKeyFile>().Reload();
        Assert.That(ReEncryption.KeyIds, Is.EqualTo(keys.Select(IdOf)));
    }

    // It cannot end before, because somebody holds a row.
    private async Task KillHalfWayAsync()
    {
        await using NpgsqlConnection holder = new(_deployment.LeaderDatabase.ConnectionString);
        await holder.OpenAsync(Token);
        await using NpgsqlTransaction held = await holder.BeginTransactionAsync(Token);
        await using NpgsqlCommand hold = new("SELECT FROM hpke_keys FOR UPDATE", holder, held);
        await hold.ExecuteNonQueryAsync(Token);
        await using HostProcess command = StartCommand();
        while (await CountDoneAsync() == 0)
        {
            Assert.That(command.Ended.IsCompleted, Is.False, command.Error);
            await Task.Delay(2, Token);
        }

        await command.KillAsync();
        long done = await CountDoneAsync();
        TestContext.Out.WriteLine($"killed when {done:N0} of {Waiting:N0} waiting reports were done");
        Assert.That((await ReEncryption.CountAsync(Token)).Select(count => count.KeyId), Has.Member(IdOf(_old)));
        await held.RollbackAsync(Token);
    }

    private async Task ResumeAsync()
    {
        await using HostProcess command = StartCommand();
        Assert.That(await command.WaitForExitAsync(), Is.Zero, command.Error);
        string[] lines = command.Output.Split(Environment.NewLine);
        using JsonDocument finished = JsonDocument.Parse(lines[^2]);
        TestContext.Out.WriteLine(string.Join(Environment.NewLine, lines));
        Assert.That(finished.RootElement.GetProperty("event").GetString(), Is.EqualTo("finished"));
        Assert.That(finished.RootElement.GetProperty("remaining").GetInt64(), Is.Zero);
        Assert.That(lines[^1], Does.EndWith($"key {IdOf(_old):x2} may be removed now, once every process has key {IdOf(_new):x2} first"));
        Assert.That((await ReEncryption.CountAsync(Token)).Select(count => count.KeyId), Is.All.EqualTo(IdOf(_new)));
    }

    private async Task AssertReadableAsync()
    {
        ColumnEncryption only = new(DatastoreKeys.Parse([_new]));
        SealedValueStore store = _deployment.Leader.Get<SealedValueStore>();
        long opened = 0;
        foreach (EncryptedColumn column in EncryptedColumn.All)
        {
            List<SealedValue> values = await store.TakeAsync(column, null, IdOf(_old), Token);
            while (values.Count > 0)
            {
                values.ForEach(value => only.Open(column, value.RowKey, value.Value));
                opened += values.Count;
                values = await store.TakeAsync(column, values[^1].Key, IdOf(_old), Token);
            }
        }

        Assert.That(opened, Is.EqualTo((await ReEncryption.CountAsync(Token)).Sum(count => count.Rows)).And.GreaterThan(Waiting));
        TestContext.Out.WriteLine($"{opened:N0} values opened with the new key alone");
    }

    // Those that wait: the reports of the load are under the new key from the beginning.
    private async Task<long> CountDoneAsync()
    {
        await using NpgsqlConnection connection = new(_deployment.LeaderDatabase.ConnectionString);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new(
            "SELECT count(*) FROM unaggregated_reports WHERE task_key = $1 AND get_byte(leader_input_share, 0) = $2", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = _waitingTask });
        command.Parameters.Add(new NpgsqlParameter { Value = (int)IdOf(_new) });
        return (long)(await command.ExecuteScalarAsync(Token))!;
    }

    private HostProcess StartCommand() => HostProcess.Start(["datastore-key", "re-encrypt"], new Dictionary<string, string>
    {
        ["JANUS_DATABASE_URL"] = _deployment.LeaderDatabase.ConnectionString,
        ["JANUS__Database__DatastoreKeysFile"] = _directory.Path("keys"),
    });

    private void Write(params string[] keys)
    {
        // As an operator should, so that nobody reads half of it.
        File.WriteAllLines(_directory.Path("keys.new"), keys);
        File.Move(_directory.Path("keys.new"), _directory.Path("keys"), overwrite: true);
    }

    private static byte IdOf(string key) => DatastoreKeys.Parse([key]).Ids[0];
}
