namespace Janus.Dap;

/// <summary>
/// A file with a certificate or a key cannot be used; the message names the file and what was expected, and holds nothing of
/// the file's content.
/// </summary>
public sealed class CertificateFileException : Exception
{
    /// <summary>Creates the exception with the line that an operator sees.</summary>
    public CertificateFileException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the line that an operator sees and its cause.</summary>
    public CertificateFileException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general text.</summary>
    public CertificateFileException()
        : base("a certificate cannot be used")
    {
    }
}
