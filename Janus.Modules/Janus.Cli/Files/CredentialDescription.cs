using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Provisioning;

namespace Janus.Cli.Files;

/// <summary>A credential without its secret, as people and programs read it.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Purpose">to-helper, from-leader or from-collector.</param>
/// <param name="State">valid, expired or not-yet-valid.</param>
/// <param name="NotBefore">When it begins to be valid, if it has not always been.</param>
/// <param name="NotAfter">When it stops being valid, if it does.</param>
/// <param name="KeySha256">Of a pinned certificate, the SHA-256 hash of its SubjectPublicKeyInfo in hexadecimal.</param>
/// <param name="CreatedAt">When it was added here.</param>
internal sealed record CredentialDescription(
    string Label, string Purpose, string State, string? NotBefore, string? NotAfter, string? KeySha256, string CreatedAt)
{
    /// <summary>Describes a credential as it is at a time.</summary>
    public static CredentialDescription Of(AuthToken token, DateTimeOffset now) => new(
        token.Label,
        CredentialPurposes.NameOf(token.Purpose),
        token.IsValidAt(now) ? "valid" : token.IsExpiredAt(now) ? "expired" : "not-yet-valid",
        token.NotBefore is { } from ? InstantText.Format(from) : null,
        token.NotAfter is { } to ? InstantText.Format(to) : null,
        token.Kind == AuthTokenKind.CertificateKey ? Convert.ToHexStringLower(token.Hash!) : null,
        InstantText.Format(token.CreatedAt));
}
