using Janus.Cli.Values;
using Janus.Datastore;

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
    /// <summary>The purposes by their names.</summary>
    public static IReadOnlyDictionary<string, AuthTokenPurpose?> Purposes { get; } = new Dictionary<string, AuthTokenPurpose?>
    {
        ["to-helper"] = AuthTokenPurpose.PresentToHelper,
        ["from-leader"] = AuthTokenPurpose.AcceptFromLeader,
        ["from-collector"] = AuthTokenPurpose.AcceptFromCollector,
    };

    /// <summary>The name of a purpose.</summary>
    public static string NameOf(AuthTokenPurpose purpose) => Purposes.Single(pair => pair.Value == purpose).Key;

    /// <summary>Describes a credential as it is at a time.</summary>
    public static CredentialDescription Of(AuthToken token, DateTimeOffset now) => new(
        token.Label,
        NameOf(token.Purpose),
        token.IsValidAt(now) ? "valid" : token.IsExpiredAt(now) ? "expired" : "not-yet-valid",
        token.NotBefore is { } from ? InstantText.Format(from) : null,
        token.NotAfter is { } to ? InstantText.Format(to) : null,
        token.Kind == AuthTokenKind.CertificateKey ? Convert.ToHexStringLower(token.Hash!) : null,
        InstantText.Format(token.CreatedAt));
}
