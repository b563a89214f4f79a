using Janus.Hpke;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Where an HPKE key stands in its life.</summary>
/// <param name="Id">The configuration ID.</param>
/// <param name="Suite">The ciphersuite.</param>
/// <param name="State">The state.</param>
/// <param name="CreatedAt">When the key was made.</param>
/// <param name="ActivatedAt">When it was last announced for the first time; null if it never was.</param>
/// <param name="ExpiredAt">When it expired; null unless it has.</param>
public sealed record HpkeKeyStatus(
    HpkeConfigId Id, HpkeSuite Suite, HpkeKeyState State, DateTimeOffset CreatedAt, DateTimeOffset? ActivatedAt, DateTimeOffset? ExpiredAt)
{
    /// <summary>When the key came into its state.</summary>
    public DateTimeOffset Since => State switch
    {
        HpkeKeyState.Active => ActivatedAt ?? CreatedAt,
        HpkeKeyState.Expired => ExpiredAt ?? CreatedAt,
        _ => CreatedAt,
    };

    /// <summary>The newest of the active keys of each ciphersuite, the newest first: what Clients are told.</summary>
    public static IEnumerable<T> Announced<T>(IEnumerable<T> keys, Func<T, HpkeKeyStatus> statusOf) => keys
        .Where(key => statusOf(key).State == HpkeKeyState.Active)
        .OrderByDescending(key => statusOf(key).Since)
        .ThenByDescending(key => statusOf(key).CreatedAt)
        .ThenByDescending(key => statusOf(key).Id.Value)
        .DistinctBy(key => statusOf(key).Suite);
}
