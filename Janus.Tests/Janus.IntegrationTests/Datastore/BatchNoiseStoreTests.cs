using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Janus.Testing;
using Npgsql;

namespace Janus.IntegrationTests.Datastore;

public sealed class BatchNoiseStoreTests : DatastoreFixture
{
    private static readonly byte[] Drawn = [1, 2, 3, 4, 5, 6, 7, 8];

    private BatchNoiseStore Noises => Get<BatchNoiseStore>();

    [Test]
    public async Task Noise_is_stored_encrypted_with_the_share_and_stays_when_the_batch_is_released()
    {
        DapTask task = await AddTaskAsync();
        Assert.That(await Noises.FindAsync(task.Key, Range(10, 5), [], Token), Is.Null);
        (Lease<CollectionJob> lease, StoredBatch batch) = await ReadyAsync(task);
        Assert.That(await FenceAsync(lease, batch, Drawn), Is.EqualTo(FenceOutcome.Fenced));
        BatchNoise stored = (await Noises.FindAsync(task.Key, Range(10, 5), [], Token))!;
        Assert.That(stored.Share, Is.EqualTo(Drawn));
        Assert.That(stored.ToString(), Does.Not.Contain("Share"));
        Assert.That(await HoldsAsync(Drawn), Is.False, "it can be read in the database");

        await CollectionJobs.FailAsync(lease, "batchMismatch", "", Now, Token);
        Assert.That((await Noises.FindAsync(task.Key, Range(10, 5), [], Token))!.Share, Is.EqualTo(Drawn));
    }

    [Test]
    public async Task A_second_draw_for_a_batch_is_refused_and_nothing_is_collected()
    {
        DapTask task = await AddTaskAsync();
        (Lease<CollectionJob> first, StoredBatch batch) = await ReadyAsync(task);
        await FenceAsync(first, batch, Drawn);
        await CollectionJobs.FailAsync(first, "batchMismatch", "", Now, Token);

        Lease<CollectionJob> second = await CollectAsync(task, Range(10, 5), Now);
        Assert.That(await FenceAsync(second, batch, [9, 9]), Is.EqualTo(FenceOutcome.Changed));
        Assert.That((await Batches.SummarizeAsync(task.Key, Range(10, 5), Token)).IsCollected, Is.False);
        Assert.That((await Noises.FindAsync(task.Key, Range(10, 5), [], Token))!.Share, Is.EqualTo(Drawn));
        Assert.That(await FenceAsync(second, batch, null), Is.EqualTo(FenceOutcome.Fenced), "with what is stored");
    }

    [Test]
    public async Task A_helper_stores_noise_with_its_share_and_refuses_a_second_draw()
    {
        DapTask task = await AddTaskAsync(role: Role.Helper);
        StoredBatch batch = await Batches.ReadAsync(task.Key, Range(10, 5), _ => { }, Token);
        Assert.That(await CommitAsync(task, batch, Drawn), Is.InstanceOf<AggregateShareOutcome.Committed>());
        Assert.That((await Noises.FindAsync(task.Key, Range(10, 5), [], Token))!.Share, Is.EqualTo(Drawn));

        // Even if the batch could be collected once more.
        await ExecuteAsync("DELETE FROM collected_batches");
        Assert.That(await CommitAsync(task, batch, [9, 9]), Is.InstanceOf<AggregateShareOutcome.Changed>());
        Assert.That((await Batches.SummarizeAsync(task.Key, Range(10, 5), Token)).IsCollected, Is.False);
        Assert.That((await Noises.FindAsync(task.Key, Range(10, 5), [], Token))!.Share, Is.EqualTo(Drawn));
    }

    [Test]
    public async Task Noise_belongs_to_its_task_batch_and_aggregation_parameter()
    {
        DapTask task = await AddTaskAsync();
        (Lease<CollectionJob> lease, StoredBatch batch) = await ReadyAsync(task);
        await FenceAsync(lease, batch, Drawn);
        DapTask other = await AddTaskAsync();
        Assert.That(await Noises.FindAsync(task.Key, Range(10, 5), [1], Token), Is.Null);
        Assert.That(await Noises.FindAsync(task.Key, Range(10, 4), [], Token), Is.Null);
        Assert.That(await Noises.FindAsync(other.Key, Range(10, 5), [], Token), Is.Null);
    }

    [TestCase("laplace:epsilon=1/2")]
    [TestCase("gaussian:epsilon=3")]
    [TestCase(null)]
    public async Task A_task_keeps_its_noise(string? strategy)
    {
        DifferentialPrivacyStrategy? noise = strategy is null ? null : DifferentialPrivacyStrategy.Parse(strategy);
        DapTask task = NewTask() with { DifferentialPrivacy = noise };
        await Get<TaskStore>().AddAsync(task, Token);
        Assert.That((await Get<TaskStore>().FindAsync(task.Id, Token))!.DifferentialPrivacy, Is.EqualTo(noise));
        DifferentialPrivacyStrategy changed = DifferentialPrivacyStrategy.Parse("laplace:epsilon=7");
        Assert.That(async () => await Get<TaskStore>().AddAsync(task with { DifferentialPrivacy = changed }, Token), Throws.TypeOf<TaskConflictException>());
    }

    private async Task<(Lease<CollectionJob> Lease, StoredBatch Batch)> ReadyAsync(DapTask task)
    {
        await UploadAsync(task, 3, 12);
        await LeaderJobs.CreateAsync(task, AnySize, Now, Token);
        await FinishAllAsync(Now);
        return (await CollectAsync(task, Range(10, 5), Now), await Batches.ReadAsync(task.Key, Range(10, 5), _ => { }, Token));
    }

    private Task<FenceOutcome> FenceAsync(Lease<CollectionJob> lease, StoredBatch batch, byte[]? drawn) => CollectionJobs.FenceAsync(
        lease, batch, [1], batch.ReportInterval, Now, Token, drawn is null ? null : new BatchNoise(lease.Job.TaskKey, batch.Range, [], drawn));

    private Task<AggregateShareOutcome> CommitAsync(DapTask task, StoredBatch batch, byte[] drawn)
    {
        StoredAggregateShare share = NewShare(task, batch.Range) with { State = AggregateShareState.Finished, Response = [1] };
        AggregateShareCommit commit = new(share, batch, []) { DrawnNoise = new BatchNoise(task.Key, batch.Range, [], drawn) };
        return AggregateShares.CommitAsync(commit, null, Now, Token);
    }

    private async Task<bool> HoldsAsync(byte[] clear)
    {
        await using NpgsqlConnection connection = new(Database.ConnectionString);
        await connection.OpenAsync(Token);
        await using NpgsqlCommand command = new("SELECT bool_or(position($1 in noise) > 0) FROM batch_noise", connection);
        command.Parameters.AddWithValue(clear);
        return (bool)(await command.ExecuteScalarAsync(Token))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Database.ConnectionString);
        await connection.OpenAsync(Token);
#pragma warning disable CA2100 // texts of tests
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }
}
