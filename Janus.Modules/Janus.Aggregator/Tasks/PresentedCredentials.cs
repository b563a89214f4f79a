using Janus.Dap;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>What the sender of a request presents of itself: DAP §3.5 (request-authentication).</summary>
/// <param name="TokenHash">The SHA-256 hash of the bearer token, 32 bytes.</param>
/// <param name="CertificateKeyHash">The SHA-256 hash of the key of the client certificate, 32 bytes: see <see cref="CertificateKey"/>.</param>
internal sealed record PresentedCredentials(byte[]? TokenHash, byte[]? CertificateKeyHash)
{
    /// <summary>The hashes that are there.</summary>
    public IReadOnlyList<byte[]> Hashes => [.. new[] { TokenHash, CertificateKeyHash }.OfType<byte[]>()];

    /// <summary>Reads what a request presents. A certificate is there only where the connection was asked for one.</summary>
    public static PresentedCredentials Of(HttpContext context)
    {
        bool hasToken = BearerToken.TryParseAuthorization(context.Request.Headers.Authorization, out BearerToken token);
        return new PresentedCredentials(
            hasToken ? token.Hash() : null,
            context.Connection.ClientCertificate is { } certificate ? CertificateKey.Hash(certificate) : null);
    }

    /// <summary>The type's name, not the hashes.</summary>
    public override string ToString() => nameof(PresentedCredentials);
}
