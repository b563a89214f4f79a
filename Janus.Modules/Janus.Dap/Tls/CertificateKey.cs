using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Janus.Dap;

/// <summary>
/// The public key of a certificate, by which a peer's client certificate is pinned: it stays the same when a certificate is
/// renewed for the same key. DAP §3.5 (request-authentication) leaves mutual TLS to the deployment.
/// </summary>
public static class CertificateKey
{
    /// <summary>The SHA-256 hash of the certificate's SubjectPublicKeyInfo in DER, 32 bytes: RFC 7469 §2.4.</summary>
    public static byte[] Hash(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo());
    }
}
