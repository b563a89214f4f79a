using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Janus.Dap;

/// <summary>A certificate of ours with its private key, and the intermediate certificates that are sent along with it.</summary>
public sealed class LoadedCertificate
{
    /// <summary>Takes over the certificate, which has its private key, and the intermediates.</summary>
    public LoadedCertificate(X509Certificate2 certificate, X509Certificate2Collection intermediates)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Certificate = certificate;
        Context = SslStreamCertificateContext.Create(certificate, intermediates, offline: true);
    }

    /// <summary>The certificate itself.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate and what is sent along with it, for either side of TLS.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>When it stops being valid.</summary>
    public DateTimeOffset NotAfter => new(Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>The subject, not the key.</summary>
    public override string ToString() => Certificate.Subject;
}
