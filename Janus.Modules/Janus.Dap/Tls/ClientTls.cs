using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Janus.Dap;

/// <summary>What is particular to our TLS connections to an Aggregator.</summary>
public sealed record ClientTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What we present of ourselves when the server asks; nothing when <see langword="null"/>.</summary>
    public LoadedCertificate? Certificate { get; init; }

    /// <summary>Roots that are trusted beside those of the system; none when <see langword="null"/>.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Reads root certificates from a PEM file.</summary>
    /// <exception cref="CertificateFileException">The file is missing or unreadable, or has no certificate.</exception>
    public static X509Certificate2Collection ReadRoots(string path) => ReadRoots(path, FileContent.Read(path));

    /// <summary>Reads root certificates from the content of a PEM file.</summary>
    /// <exception cref="CertificateFileException">There is no certificate in it.</exception>
    public static X509Certificate2Collection ReadRoots(string path, byte[] content) =>
        FileContent.Certificates(path, Encoding.ASCII.GetString(content));

    /// <summary>The platform's checks with more roots; <see langword="null"/> for the platform's checks as they are.</summary>
    internal X509ChainPolicy? ChainPolicy()
    {
        if (TrustedRoots is null)
        {
            return null;
        }

        // As without more roots: names are checked besides, and revocation is not asked for.
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        policy.CustomTrustStore.AddRange(TrustedRoots);
        foreach (StoreLocation location in new[] { StoreLocation.LocalMachine, StoreLocation.CurrentUser })
        {
            using X509Store roots = new(StoreName.Root, location);
            try
            {
                roots.Open(OpenFlags.ReadOnly | OpenFlags.OpenExistingOnly);
                policy.CustomTrustStore.AddRange(roots.Certificates);
            }
            catch (CryptographicException)
            {
                // The user has no such store.
            }
        }

        return policy;
    }
}
