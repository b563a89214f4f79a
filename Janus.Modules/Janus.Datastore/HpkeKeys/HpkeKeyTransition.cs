using Janus.Hpke;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>What became of an HPKE key.</summary>
/// <param name="Id">The configuration ID.</param>
/// <param name="Suite">The ciphersuite.</param>
/// <param name="From">The state before; null for a new key.</param>
/// <param name="To">The state now; null for a deleted key.</param>
public sealed record HpkeKeyTransition(HpkeConfigId Id, HpkeSuite Suite, HpkeKeyState? From, HpkeKeyState? To)
{
    /// <summary>The transition in words, such as <c>HPKE key 3 (…): pending → active</c>.</summary>
    public override string ToString() => $"HPKE key {Id} ({Suite}): {Name(From, "new")} → {Name(To, "deleted")}";

    private static string Name(HpkeKeyState? state, string none) => state switch
    {
        HpkeKeyState.Pending => "pending",
        HpkeKeyState.Active => "active",
        HpkeKeyState.Expired => "expired",
        _ => none,
    };
}
