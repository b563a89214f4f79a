using Janus.Datastore;

namespace Janus.Benchmarks.Queries;

/// <summary>What metrics tell of the work that waits.</summary>
internal static class BacklogCases
{
    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("BacklogStore.ReadAsync", RunsPer.Tick, async context => await context.Get<BacklogStore>().ReadAsync(context.Now, context.Token)),
    ];
}
