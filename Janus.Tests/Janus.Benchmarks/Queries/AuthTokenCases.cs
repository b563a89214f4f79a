using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore;

namespace Janus.Benchmarks.Queries;

/// <summary>Credentials of tasks and of taskprov peers.</summary>
internal static class AuthTokenCases
{
    private const string Label = "new";
    private const int PeerKey = 1;

    public static IReadOnlyList<WorkloadCase> All { get; } =
    [
        new("AuthTokenStore.KnowsAsync", RunsPer.Request, async context =>
        {
            byte[] hash = context.Round switch
            {
                0 => AcceptedBy(context.Task(TaskKind.LeaderInterval)),
                1 => AcceptedBy(context.Task(TaskKind.HelperInterval)),
                _ => RandomNumberGenerator.GetBytes(32),
            };
            await context.Get<AuthTokenStore>().KnowsAsync([hash, RandomNumberGenerator.GetBytes(32)], context.Now, context.Token);
        }),
        new("AuthTokenStore.AddAsync", RunsPer.Command, async context =>
        {
            AuthToken token = AuthToken.ToPresent(Label, BearerToken.Generate(), context.Now);
            await context.Get<AuthTokenStore>().AddAsync(OwnerOf(context), token, context.Token);
        }),
        new("AuthTokenStore.ListAsync", RunsPer.Command, async context =>
            await context.Get<AuthTokenStore>().ListAsync(OwnerOf(context), context.Token)),
        new("AuthTokenStore.ExpireAsync", RunsPer.Command, async context =>
            await context.Get<AuthTokenStore>().ExpireAsync(OwnerOf(context), Label, context.Now.AddDays(1), context.Token)),
        new("AuthTokenStore.RemoveAsync", RunsPer.Command, async context =>
            await context.Get<AuthTokenStore>().RemoveAsync(OwnerOf(context), Label, context.Token)),
    ];

    private static byte[] AcceptedBy(FilledTask task) => task.Stored.Tokens.Select(token => token.Hash).OfType<byte[]>().First();

    // Both kinds of owners by turns.
    private static AuthTokenOwner OwnerOf(WorkloadContext context) => context.Round % 2 == 0
        ? AuthTokenOwner.Task(context.Task(TaskKind.LeaderInterval).Key)
        : AuthTokenOwner.TaskprovPeer(PeerKey);
}
