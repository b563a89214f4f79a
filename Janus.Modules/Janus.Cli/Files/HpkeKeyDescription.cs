using Janus.Cli.Values;
using Janus.Dap;
using Janus.Datastore;

namespace Janus.Cli.Files;

/// <summary>The public part of an Aggregator's HPKE key pair, and where it stands.</summary>
/// <param name="Id">The configuration ID.</param>
/// <param name="State">pending, active or expired.</param>
/// <param name="Announced">Whether Clients are told of it.</param>
/// <param name="Suite">KEM, KDF and AEAD.</param>
/// <param name="HpkeConfig">The encoded HpkeConfig, base64url.</param>
/// <param name="CreatedAt">When the key pair was made.</param>
/// <param name="ActivatedAt">When it was announced, if it was.</param>
/// <param name="ExpiredAt">When it expired, if it has.</param>
/// <param name="DueAt">When its state changes next, if the role key-rotator runs somewhere.</param>
/// <param name="StateAgeSeconds">For how long it has been in its state, in seconds.</param>
internal sealed record HpkeKeyDescription(
    byte Id,
    string State,
    bool Announced,
    string Suite,
    string HpkeConfig,
    string CreatedAt,
    string? ActivatedAt,
    string? ExpiredAt,
    string DueAt,
    long StateAgeSeconds)
{
    /// <summary>Describes a key pair.</summary>
    public static HpkeKeyDescription Of(StoredHpkeKey key, bool announced, HpkeRotationPolicy policy, DateTimeOffset now)
    {
        HpkeKeyStatus status = key.Status;
        return new(
            key.Config.Id.Value,
            status.State switch
            {
                HpkeKeyState.Pending => "pending",
                HpkeKeyState.Active => "active",
                _ => "expired",
            },
            announced,
            key.Config.Suite().ToString(),
            CollectorKeyFile.Encode(key.Config),
            InstantText.Format(key.CreatedAt),
            Text(status.ActivatedAt),
            Text(status.ExpiredAt),
            InstantText.Format(policy.NextChangeOf(status)),
            (long)(now - status.Since).TotalSeconds);
    }

    private static string? Text(DateTimeOffset? instant) => instant is { } given ? InstantText.Format(given) : null;
}
