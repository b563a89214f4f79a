using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Janus.Testing;

/// <summary>A new certificate with its key: a root of its own, or one that such a root has issued for this machine.</summary>
public sealed class TestCertificate : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private TestCertificate(string name, TestCertificate? issuer, DateTimeOffset notBefore, DateTimeOffset notAfter, Uri? issuerAddress = null)
    {
        CertificateRequest request = new($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        if (issuerAddress is not null)
        {
            request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [issuerAddress.AbsoluteUri]));
        }

        Certificate = issuer is null
            ? request.CreateSelfSigned(notBefore, notAfter)
            : request.Create(issuer.Certificate, notBefore, notAfter, RandomNumberGenerator.GetBytes(8)).CopyWithPrivateKey(_key);
    }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate in PEM.</summary>
    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>The private key in PEM.</summary>
    public string KeyPem => _key.ExportPkcs8PrivateKeyPem();

    /// <summary>The private key in PEM, encrypted.</summary>
    public string EncryptedKeyPem(string password) =>
        _key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));

    /// <summary>A root, valid from yesterday to tomorrow.</summary>
    public static TestCertificate Root(string name) => new(name, null, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

    /// <summary>A certificate that this one issues for this machine, valid from an hour ago for an hour.</summary>
    public TestCertificate Issue(string name) => new(name, this, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));

    /// <summary>A certificate that this one issues, and that tells where to get this one.</summary>
    public TestCertificate Issue(string name, Uri issuerAddress) =>
        new(name, this, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), issuerAddress);

    /// <summary>A certificate that this one issues with another validity.</summary>
    public TestCertificate Issue(string name, TimeSpan from, TimeSpan to) => new(name, this, DateTimeOffset.UtcNow + from, DateTimeOffset.UtcNow + to);

    /// <summary>Writes the certificate and its key to two files, in place of others if they exist.</summary>
    public (string Certificate, string Key) Write(string folder, string name)
    {
        (string certificate, string key) = (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + "-key.pem"));
        File.WriteAllText(certificate, Pem);
        File.WriteAllText(key, KeyPem);
        return (certificate, key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
