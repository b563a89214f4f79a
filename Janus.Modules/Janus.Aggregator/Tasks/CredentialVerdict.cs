using System.Security.Cryptography;
using Janus.Datastore;

namespace Janus.Aggregator;

/// <summary>Whether what a sender presents is what is accepted of a peer now: DAP §3.5 (request-authentication).</summary>
/// <remarks>
/// When tokens are stored for the peer, it has to present a valid one; when certificates are pinned, it has to present a valid
/// one of those; when both are, both. Those that have expired still count as stored, so that nothing becomes weaker by the
/// passing of time. When nothing is stored, nobody is accepted.
/// </remarks>
/// <param name="IsAccepted">Whether the sender is the peer.</param>
/// <param name="Outdated">A credential that the sender presented and that is not valid now.</param>
/// <param name="LacksCertificate">Whether a certificate is pinned, and the sender presented none at all.</param>
internal sealed record CredentialVerdict(bool IsAccepted, AuthToken? Outdated, bool LacksCertificate)
{
    /// <summary>Compares with all candidates, in constant time.</summary>
    public static CredentialVerdict Of(
        IReadOnlyList<AuthToken> stored, AuthTokenPurpose purpose, PresentedCredentials presented, DateTimeOffset now)
    {
        AuthToken? outdated = null;
        (bool IsExpected, bool IsGiven) token = default, certificate = default;
        foreach (AuthToken candidate in stored.Where(candidate => candidate.Purpose == purpose))
        {
            bool isToken = candidate.Kind == AuthTokenKind.Bearer;
            byte[] given = (isToken ? presented.TokenHash : presented.CertificateKeyHash) ?? [];
            bool isSame = CryptographicOperations.FixedTimeEquals(given, candidate.Hash);
            bool isValid = candidate.IsValidAt(now);
            outdated = isSame && !isValid ? candidate : outdated;
            ref (bool IsExpected, bool IsGiven) kind = ref isToken ? ref token : ref certificate;
            kind = (true, kind.IsGiven | (isSame & isValid));
        }

        bool isAccepted = (token.IsExpected || certificate.IsExpected)
            && token.IsExpected == token.IsGiven
            && certificate.IsExpected == certificate.IsGiven;
        return new CredentialVerdict(isAccepted, outdated, certificate.IsExpected && presented.CertificateKeyHash is null);
    }
}
