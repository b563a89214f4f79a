using System.Reflection;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class ReEncryptionTests : DatastoreFixture
{
    private readonly TestAgreement _agreement = new();
    private string _newKey = null!;

    [SetUp]
    public void MakeKey()
    {
        do
        {
            _newKey = DatastoreKeys.Generate();
        }
        while (IdOf(_newKey) == IdOf(Key));
    }

    [Test]
    public void Every_encrypted_column_is_covered_and_is_what_the_schema_has()
    {
        EncryptedColumn[] declared = [.. typeof(EncryptedColumn).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(field => field.FieldType == typeof(EncryptedColumn))
            .Select(field => (EncryptedColumn)field.GetValue(null)!)];
        Assert.That(EncryptedColumn.All, Is.EquivalentTo(declared));

        using JanusDbContext context = Get<IDbContextFactory<JanusDbContext>>().CreateDbContext();
        foreach (EncryptedColumn column in EncryptedColumn.All)
        {
            var table = context.Model.GetRelationalModel().Tables.Single(table => table.Name == column.Table);
            string[] key = [.. column.RowKey.Select(part => part.Name)];
            Assert.That(table.FindColumn(column.Column)?.StoreType, Is.EqualTo("bytea"), $"{column}");
            Assert.That(
                table.PrimaryKey!.Columns.Select(part => part.Name).SequenceEqual(key)
                    || table.Indexes.Any(index => index.IsUnique && index.Columns.Select(part => part.Name).SequenceEqual(key)),
                $"{column}: a unique index in the order of its row key");
        }
    }

    [Test]
    public async Task Every_value_of_every_column_is_readable_under_the_new_key_alone()
    {
        DapTask task = await FillAsync();
        await using ServiceProvider both = Services(_newKey, Key);

        ReEncryptionResult result = await both.GetRequiredService<ReEncryption>().RunAsync(null, Token);

        IReadOnlyList<SealedValueCount> counts = await both.GetRequiredService<ReEncryption>().CountAsync(Token);
        Assert.That(result.IsComplete);
        Assert.That(result.OtherKeyIds, Is.EqualTo(new[] { IdOf(Key) }));
        Assert.That(counts.Select(count => count.Column), Is.EquivalentTo(EncryptedColumn.All.Select(column => column.ToString())), "a value of each");
        Assert.That(counts.Select(count => count.KeyId), Is.All.EqualTo(IdOf(_newKey)));
        Assert.That(counts.Sum(count => count.Rows), Is.EqualTo(result.Replaced));
        await AssertReadableAsync(task);
    }

    [Test]
    public async Task Rows_that_somebody_holds_are_passed_over_and_done_later()
    {
        DapTask task = await FillAsync();
        await using NpgsqlConnection holder = await ConnectAsync();
        await using NpgsqlTransaction held = await holder.BeginTransactionAsync(Token);
        await using NpgsqlCommand hold = new("SELECT FROM unaggregated_reports ORDER BY report_id LIMIT 3 FOR UPDATE", holder, held);
        await hold.ExecuteNonQueryAsync(Token);
        await using ServiceProvider both = Services(_newKey, Key);
        ReEncryption reEncryption = both.GetRequiredService<ReEncryption>();
        Task<ReEncryptionResult> running = reEncryption.RunAsync(null, Token);
        while ((await reEncryption.CountAsync(Token)).Where(count => count.KeyId == IdOf(Key)).Sum(count => count.Rows) > 3)
        {
            await Task.Delay(5, Token);
        }

        await held.CommitAsync(Token);

        Assert.That((await running).IsComplete);
        await AssertReadableAsync(task);
    }

    [Test]
    public async Task A_value_that_changes_between_reading_and_replacing_keeps_the_change()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 20, 5);
        await using ServiceProvider both = Services(_newKey, Key);
        SealedValueStore store = both.GetRequiredService<SealedValueStore>();
        ColumnEncryption encryption = both.GetRequiredService<ColumnEncryption>();
        EncryptedColumn column = EncryptedColumn.LeaderInputShare;
        List<SealedValue> values = await store.TakeAsync(column, null, IdOf(_newKey), Token);
        Assert.That(values, Has.Count.EqualTo(20));
        byte[] changed = encryption.Seal(column, values[7].RowKey, [9, 9]);
        await using NpgsqlConnection connection = await ConnectAsync();
        await using NpgsqlCommand change = new("UPDATE unaggregated_reports SET leader_input_share = $1 WHERE report_id = $2", connection);
        change.Parameters.Add(new NpgsqlParameter { Value = changed });
        change.Parameters.Add(new NpgsqlParameter { Value = values[7].Key[1] });
        await change.ExecuteNonQueryAsync(Token);

        int replaced = await store.ReplaceAsync(
            column, [.. values.Select(value => (value, encryption.Seal(column, value.RowKey, encryption.Open(column, value.RowKey, value.Value))))], Token);

        Assert.That(replaced, Is.EqualTo(19));
        List<SealedValue> after = await store.TakeAsync(column, null, IdOf(Key), Token);
        Assert.That(after.Single(value => value.Key[1].Equals(values[7].Key[1])).Value, Is.EqualTo(changed));
        Assert.That(after.Select(value => encryption.Open(column, value.RowKey, value.Value).Length).Order(), Is.EqualTo(Enumerable.Repeat(2, 1).Concat(Enumerable.Repeat(4, 19))));
    }

    [Test]
    public async Task Values_whose_key_is_missing_are_counted_and_left_as_they_are()
    {
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 3, 5);
        await using ServiceProvider without = Services(_newKey);

        ReEncryptionResult result = await without.GetRequiredService<ReEncryption>().RunAsync(null, Token);

        Assert.That(result.IsComplete, Is.False);
        Assert.That(result.Replaced, Is.Zero);
        Assert.That(result.Remaining, Has.Member(new SealedValueCount("unaggregated_reports.leader_input_share", IdOf(Key), 3)));
        Assert.That(result.Unopened["unaggregated_reports.leader_input_share"], Is.EqualTo(3));
        Assert.That((await Get<TaskStore>().FindAsync(task.Id, Token))!.VerifyKey, Is.EqualTo(task.VerifyKey));
    }

    [Test]
    public async Task Large_values_are_taken_a_few_at_a_time()
    {
        DapTask task = await AddTaskAsync();
        await Reports.PutAsync([.. ReportsOf(task, 5, 5).Select(report => report with { LeaderInputShare = new byte[3 << 20] })], Now, Token);

        List<SealedValue> first = await Get<SealedValueStore>().TakeAsync(EncryptedColumn.LeaderInputShare, null, IdOf(_newKey), Token);
        List<SealedValue> next = await Get<SealedValueStore>().TakeAsync(EncryptedColumn.LeaderInputShare, first[^1].Key, IdOf(_newKey), Token);

        Assert.That((first.Count, next.Count), Is.EqualTo((3, 2)));
    }

    /// <summary>
    /// Something in every encrypted column: waiting reports, a finished job, one between two rounds, a fenced collection with
    /// noise, a peer.
    /// </summary>
    private async Task<DapTask> FillAsync()
    {
        await Get<HpkeKeyStore>().RotateAsync(new HpkeRotationPolicy(), Now, Token);
        DapTask task = await AddTaskAsync();
        await UploadAsync(task, 30, 5);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        Lease<CollectionJob> collection = await CollectAsync(task, Range(5, 1), Now);
        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(5, 1), _ => { }, Token);
        BatchNoise noise = new(task.Key, Range(5, 1), [], [7, 8, 9]);
        await CollectionJobs.FenceAsync(collection, batch, [1, 2, 3], batch.ReportInterval, Now, Token, noise);
        Assert.That(await Get<TaskprovPeerStore>().AddAsync(_agreement.PeerOf(Role.Leader, new Uri("https://peer.example/")), Token), Is.Not.Null);
        await UploadAsync(task, 10, 8);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        Lease<LeaderAggregationJob> lease = (await LeaderJobs.AcquireAsync(1, Minute, Now, Token)).Single();
        Assert.That(await LeaderJobs.ContinueAsync(lease, [new ReportVerification(ReportId.Random(), 8, new byte[] { 1, 2, 3 }, new byte[1])], [], "x", Token));
        await UploadAsync(task, 1200, 9);
        return task;
    }

    private async Task AssertReadableAsync(DapTask task)
    {
        await using ServiceProvider only = Services(_newKey);
        using (Assert.EnterMultipleScope())
        {
            DapTask? found = await only.GetRequiredService<TaskStore>().FindAsync(task.Id, Token);
            Assert.That(found!.VerifyKey, Is.EqualTo(task.VerifyKey));
            Assert.That(found.TokenToPresentAt(Now)!.HasSameSecret(task.TokenToPresentAt(Now)!), Is.True);
            TaskprovPeer peer = (await only.GetRequiredService<TaskprovPeerStore>().ListAsync(Token)).Single();
            Assert.That(peer.VerifyKeyInits.Single().Secret, Is.EqualTo(_agreement.VerifyKeyInits.Single().Secret));
            Assert.That((await only.GetRequiredService<BatchNoiseStore>().FindAsync(task.Key, Range(5, 1), [], Token))!.Share, Is.EqualTo(new byte[] { 7, 8, 9 }));
            Assert.That(await only.GetRequiredService<HpkeKeyStore>().ListAsync(Token), Has.Count.EqualTo(1));
            DateTimeOffset later = Now + (2 * Minute);
            LeaderAggregationJobStore jobs = only.GetRequiredService<LeaderAggregationJobStore>();
            Lease<LeaderAggregationJob> between = (await jobs.AcquireAsync(10, Minute, later, Token)).Single();
            Assert.That((await jobs.ReadVerificationAsync(between.Job, Token)).Single().State.ToArray(), Is.EqualTo(new byte[] { 1, 2, 3 }));
            await jobs.CreateAsync(task, new AggregationJobLimits(1, 2000, TimeSpan.Zero), later, Token);
            Lease<LeaderAggregationJob> waiting = (await jobs.AcquireAsync(10, Minute, later, Token)).Single();
            IReadOnlyList<UnaggregatedReport> reports = await jobs.ReadReportsAsync(waiting.Job, Token);
            Assert.That(reports, Has.Count.EqualTo(1200));
            Assert.That(reports.Select(report => report.LeaderInputShare), Is.All.EqualTo(new byte[] { 4, 5, 6, 7 }));
            List<byte[]> shares = [];
            await only.GetRequiredService<BatchStore>().ReadAsync(task.Key, Range(5, 1), share => shares.Add(share.ToArray()), Token);
            Assert.That(shares, Is.EqualTo(new[] { new byte[] { 30, 42 } }));
            Lease<CollectionJob> collection = (await only.GetRequiredService<CollectionJobStore>().AcquireAsync(10, Minute, later, Token)).Single();
            Assert.That(await only.GetRequiredService<CollectionJobStore>().ReadLeaderAggregateShareAsync(collection.Job, Token), Is.EqualTo(new byte[] { 1, 2, 3 }));
        }
    }

    private ServiceProvider Services(params string[] keys) => new ServiceCollection()
        .AddJanusDatastore(options =>
        {
            options.ConnectionString = Database.ConnectionString;
            foreach (string key in keys)
            {
                options.Keys.Add(key);
            }
        })
        .BuildServiceProvider();

    private static byte IdOf(string key) => DatastoreKeys.Parse([key]).Ids[0];
}
