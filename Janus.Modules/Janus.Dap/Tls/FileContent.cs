using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Janus.Dap;

/// <summary>Reads files with certificates, with errors that tell an operator what to do.</summary>
internal static class FileContent
{
    private const int MaximumLength = 1 << 20;

    /// <summary>The whole file.</summary>
    /// <exception cref="CertificateFileException">It is missing, unreadable or too long.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaximumLength)
            {
                throw new CertificateFileException($"{path}: expected a file of at most {MaximumLength} bytes");
            }

            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CertificateFileException($"{path}: no such file", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CertificateFileException($"{path}: cannot be read by {Environment.UserName}; check its permissions", exception);
        }
    }

    /// <summary>The certificates of a PEM text, at least one.</summary>
    /// <exception cref="CertificateFileException">There is none, or it is malformed.</exception>
    public static X509Certificate2Collection Certificates(string path, string text)
    {
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw new CertificateFileException($"{path}: a certificate in it is malformed", exception);
        }

        return all.Count > 0 ? all : throw new CertificateFileException($"{path}: expected a certificate in PEM, found none");
    }
}
