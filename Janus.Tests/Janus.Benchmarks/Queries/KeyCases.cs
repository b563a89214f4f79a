using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Benchmarks.Queries;

/// <summary>HPKE keys, and the values under the datastore keys.</summary>
internal static class KeyCases
{
    // Not one that the filled database has.
    private const byte NewConfigId = 99;
    private const byte NoKeyId = 0;

    private static readonly HpkeRotationPolicy Policy = new();

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("HpkeKeyStore.ListAsync", RunsPer.Tick, async context => await context.Get<HpkeKeyStore>().ListAsync(context.Token)),
        new("HpkeKeyStore.AddAsync", RunsPer.Command, async context => await context.Get<HpkeKeyStore>().AddAsync(
            new StoredHpkeKey(new HpkeConfig(new HpkeConfigId(NewConfigId), 0x20, 1, 1, new byte[32]), new byte[32], context.Now),
            context.Token)),
        new("HpkeKeyStore.MakeAsync", RunsPer.Command, async context =>
            await context.Get<HpkeKeyStore>().MakeAsync(HpkeConfigs.MandatorySuite, null, context.Now, context.Token)),
        new("HpkeKeyStore.BeginRotationAsync", RunsPer.Command, async context =>
            await context.Get<HpkeKeyStore>().BeginRotationAsync(Policy, Policy.Suites, Later(context), context.Token)),
        new("HpkeKeyStore.RotateAsync", RunsPer.Tick, async context =>
            await context.Get<HpkeKeyStore>().RotateAsync(Policy, Later(context), context.Token)),
        new("HpkeKeyStore.SetStateAsync", RunsPer.Command, async context =>
            await context.Get<HpkeKeyStore>().SetStateAsync(new HpkeConfigId(NewConfigId), null, force: true, Policy, context.Now, context.Token)),
        new("SealedValueStore.CountAsync", RunsPer.Command, async context =>
            await context.Get<SealedValueStore>().CountAsync(EncryptedColumn.All[context.Round % EncryptedColumn.All.Count], context.Token)),
        new("SealedValueStore.ReplaceAsync", RunsPer.Command, ReplaceAsync),
    ];

    // Each time a key has lived its life.
    private static DateTimeOffset Later(WorkloadContext context) => context.Now + (context.Round * (Policy.ActiveDuration + Policy.ExpiredDuration));

    // No key has this ID as a rule, so that all values are to be replaced; two are, each by itself, or the tables would not be what the other cases expect.
    private static async Task ReplaceAsync(WorkloadContext context)
    {
        SealedValueStore store = context.Get<SealedValueStore>();
        EncryptedColumn column = EncryptedColumn.All[context.Round % EncryptedColumn.All.Count];
        List<SealedValue> values = await store.TakeAsync(column, null, NoKeyId, context.Token);
        await store.ReplaceAsync(column, [.. values.Take(2).Select(value => (value, value.Value))], context.Token);
    }
}
