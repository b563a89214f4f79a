using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Janus.Dap;

/// <summary>
/// Where a certificate of ours and its private key are: PEM, the certificate first and its intermediates after it, the key in the
/// same file or in one of its own; or PKCS #12 (PFX). The private key may be encrypted with a password, the first line of a file.
/// </summary>
/// <param name="Certificate">The path of the certificate.</param>
/// <param name="PrivateKey">The path of the private key in PEM; <see langword="null"/> when it is in the certificate's file.</param>
/// <param name="PasswordFile">The path of the password of the private key or of the PFX; <see langword="null"/> without one.</param>
public sealed record CertificateFile(string Certificate, string? PrivateKey, string? PasswordFile)
{
    private static readonly byte[] PemBegin = "-----BEGIN "u8.ToArray();

    /// <summary>The files that make the certificate.</summary>
    public IReadOnlyList<string> Paths => [.. new[] { Certificate, PrivateKey, PasswordFile }.Where(path => !string.IsNullOrEmpty(path)).OfType<string>()];

    /// <summary>Those of them that are secret: the file of the private key, and the one of its password.</summary>
    public IReadOnlyList<string> SecretPaths =>
        [.. new[] { string.IsNullOrEmpty(PrivateKey) ? Certificate : PrivateKey, PasswordFile }.Where(path => !string.IsNullOrEmpty(path)).OfType<string>()];

    /// <summary>Reads and checks the files.</summary>
    /// <exception cref="CertificateFileException">
    /// A file is missing or unreadable, certificate and key don't belong together, or the certificate is not valid at the time.
    /// </exception>
    public LoadedCertificate Load(DateTimeOffset now) => Load([.. Paths.Select(FileContent.Read)], now);

    /// <summary>Makes the certificate of the contents of <see cref="Paths"/>.</summary>
    /// <exception cref="CertificateFileException">As <see cref="Load(DateTimeOffset)"/>.</exception>
    public LoadedCertificate Load(IReadOnlyList<byte[]> contents, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(contents);
        byte[] certificate = contents[0];
        byte[]? key = string.IsNullOrEmpty(PrivateKey) ? null : contents[1];
        string? password = string.IsNullOrEmpty(PasswordFile) ? null : Encoding.UTF8.GetString(contents[^1]).Split('\n')[0].TrimEnd('\r');
        LoadedCertificate loaded = certificate.AsSpan().IndexOf(PemBegin) >= 0 ? FromPem(certificate, key ?? certificate, password) : FromPfx(certificate, password);
        return Checked(loaded, now);
    }

    /// <summary>The paths only.</summary>
    public override string ToString() => string.Join(", ", Paths);

    private LoadedCertificate FromPem(byte[] certificate, byte[] key, string? password)
    {
        string text = Encoding.ASCII.GetString(certificate);
        string keyText = Encoding.ASCII.GetString(key);
        string keyPath = string.IsNullOrEmpty(PrivateKey) ? Certificate : PrivateKey;
        X509Certificate2Collection all = FileContent.Certificates(Certificate, text);
        if (!keyText.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw new CertificateFileException($"{keyPath}: expected a private key in PEM, found none");
        }

        bool isEncrypted = keyText.Contains("ENCRYPTED PRIVATE KEY-----", StringComparison.Ordinal);
        if (isEncrypted && password is null)
        {
            throw new CertificateFileException($"{keyPath}: the private key is encrypted, and there is no file with its password");
        }

        try
        {
            X509Certificate2 leaf = isEncrypted ? X509Certificate2.CreateFromEncryptedPem(text, keyText, password) : X509Certificate2.CreateFromPem(text, keyText);
            return new LoadedCertificate(leaf, [.. all.Skip(1)]);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            string reason = isEncrypted ? $"is not the private key of the certificate in {Certificate}, or the password is wrong" : $"is not the private key of the certificate in {Certificate}";
            throw new CertificateFileException($"{keyPath}: {reason}", exception);
        }
    }

    private LoadedCertificate FromPfx(byte[] content, string? password)
    {
        try
        {
            X509Certificate2Collection all = X509CertificateLoader.LoadPkcs12Collection(content, password);
            X509Certificate2 leaf = all.FirstOrDefault(one => one.HasPrivateKey)
                ?? throw new CertificateFileException($"{Certificate}: no certificate with a private key in it");
            return new LoadedCertificate(leaf, [.. all.Where(one => !ReferenceEquals(one, leaf))]);
        }
        catch (CryptographicException exception)
        {
            throw new CertificateFileException($"{Certificate}: expected PEM or PKCS #12 with the right password", exception);
        }
    }

    private LoadedCertificate Checked(LoadedCertificate loaded, DateTimeOffset now)
    {
        DateTimeOffset notBefore = new(loaded.Certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);
        string subject = loaded.Certificate.Subject;
        return loaded.NotAfter <= now ? throw new CertificateFileException($"{Certificate}: the certificate of {subject} has expired at {Text(loaded.NotAfter)}")
            : notBefore > now ? throw new CertificateFileException($"{Certificate}: the certificate of {subject} is not valid before {Text(notBefore)}")
            : loaded;
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
