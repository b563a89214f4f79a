using System.ComponentModel.DataAnnotations;
using Janus.Dap;

namespace Janus.Aggregator;

/// <summary>Requests from the Leader to the Helper: section <c>Aggregator:Peer</c>.</summary>
public sealed class PeerOptions : IValidatableObject
{
    /// <summary>How long to wait for a whole answer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>How long to wait before asking again for an answer that the Helper has deferred without <c>Retry-After</c>.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "01:00:00")]
    public TimeSpan PollDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before asking again, whatever the Helper asks for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0500000", "1.00:00:00")]
    public TimeSpan MaximumPollDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The file of the client certificate that we present to Helpers who ask for one: PEM or PFX. Read again when it changes.</summary>
    public string? ClientCertificate { get; set; }

    /// <summary>The file of its private key in PEM, unless it is in the certificate's file.</summary>
    public string? ClientPrivateKey { get; set; }

    /// <summary>A file whose first line is the password of the private key or of the PFX.</summary>
    public string? ClientCertificatePasswordFile { get; set; }

    /// <summary>A PEM file with root certificates that are trusted for Helpers beside those of the system. Read again when it changes.</summary>
    public string? TrustedCertificates { get; set; }

    /// <summary>Where the client certificate is; <see langword="null"/> when there is none.</summary>
    public CertificateFile? CertificateFile =>
        string.IsNullOrEmpty(ClientCertificate) ? null : new CertificateFile(ClientCertificate, ClientPrivateKey, ClientCertificatePasswordFile);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrEmpty(ClientCertificate) && !(string.IsNullOrEmpty(ClientPrivateKey) && string.IsNullOrEmpty(ClientCertificatePasswordFile)))
        {
            yield return new ValidationResult("expected the certificate of the private key", [nameof(ClientCertificate)]);
        }
    }

    /// <summary>A client for single requests of a command, with the certificates that the aggregator uses for Helpers.</summary>
    /// <exception cref="CertificateFileException">A file cannot be used.</exception>
    public HttpClient CreateHttpClient(TimeProvider time) => new(DapHttpHandler.Create(PeerHttpClient.Open(this, time)?.Current));

    /// <summary>Reads the files once, to tell at start what is wrong with them.</summary>
    /// <exception cref="CertificateFileException">One cannot be used.</exception>
    public void CheckCertificates(TimeProvider time) => PeerHttpClient.Open(this, time);
}
