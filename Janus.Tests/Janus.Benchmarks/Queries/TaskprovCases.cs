using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>Tasks that are advertised, and the peers with whom they are.</summary>
internal static class TaskprovCases
{
    private const byte NewInitId = 99;

    private static readonly TaskprovLimits Limits = new(1_000_000, 1_000_000, TimeSpan.FromHours(1));

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("TaskprovPeerStore.ListAsync", RunsPer.Tick, async context => await context.Get<TaskprovPeerStore>().ListAsync(context.Token)),
        new("TaskprovPeerStore.AddAsync", RunsPer.Command, async context =>
            await context.Get<TaskprovPeerStore>().AddAsync(NewPeer($"https://{Guid.NewGuid():n}.example/", context.Now), context.Token)),
        new("TaskprovPeerStore.UpdateAsync", RunsPer.Command, async context =>
            await context.Get<TaskprovPeerStore>().UpdateAsync(await FirstAsync(context), context.Token)),
        new("TaskprovPeerStore.AddVerifyKeyInitAsync", RunsPer.Command, async context => await context.Get<TaskprovPeerStore>().AddVerifyKeyInitAsync(
            (await FirstAsync(context)).Key, NewInit(NewInitId, context.Now), context.Token)),
        new("TaskprovPeerStore.RemoveVerifyKeyInitAsync", RunsPer.Command, async context =>
            await context.Get<TaskprovPeerStore>().RemoveVerifyKeyInitAsync((await FirstAsync(context)).Key, NewInitId, context.Token)),
        new("TaskprovPeerStore.RemoveAsync", RunsPer.Command, async context =>
        {
            IReadOnlyList<TaskprovPeer> peers = await context.Get<TaskprovPeerStore>().ListAsync(context.Token);
            await context.Get<TaskprovPeerStore>().RemoveAsync(peers[^1].Key, context.Token);
        }),

        // Once for each new task, of which a peer has few.
        new("TaskStore.OptInAsync", RunsPer.Command, async context =>
        {
            DapTask task = context.Task(TaskKind.HelperInterval).Stored;
            await context.Get<TaskStore>().OptInAsync(
                task with { Key = 0, Id = TaskId.Random(), Tokens = [], TaskprovPeerKey = (await FirstAsync(context)).Key, CreatedAt = context.Now },
                Limits,
                context.Token);
        }),
    ];

    /// <summary>A peer with one secret and without tokens.</summary>
    public static TaskprovPeer NewPeer(string endpoint, DateTimeOffset now) => new()
    {
        Endpoint = endpoint,
        PeerRole = Role.Leader,
        CollectorHpkeConfig = new HpkeConfig(new HpkeConfigId(7), 0x20, 1, 1, new byte[32]),
        VerifyKeyInits = [NewInit(0, now)],
        CreatedAt = now,
    };

    private static TaskprovVerifyKeyInit NewInit(byte id, DateTimeOffset now) => new()
    {
        Id = id,
        Secret = RandomNumberGenerator.GetBytes(TaskprovVerifyKeyInit.Length),
        CreatedAt = now,
    };

    private static async Task<TaskprovPeer> FirstAsync(WorkloadContext context) =>
        (await context.Get<TaskprovPeerStore>().ListAsync(context.Token))[0];
}
