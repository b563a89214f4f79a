using System.ComponentModel.DataAnnotations;
using Janus.Aggregator;
using Janus.Codec;
using Janus.Dap;

namespace Janus.Host.Configuration;

/// <summary>Where the process listens and how it stops.</summary>
internal sealed class HttpOptions : IValidatableObject
{
    private static readonly TimeSpan LongestShutdown = TimeSpan.FromHours(1);

    /// <summary>The addresses to listen on: <c>http://host:port</c> or <c>https://host:port</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Listen { get; set; } = ["http://127.0.0.1:8080"];

    /// <summary>How many connections may be open at once; for more, those that keep us waiting are closed.</summary>
    [Range(1, 1_000_000, ErrorMessage = "expected between {1} and {2}")]
    public int MaximumConnections { get; set; } = 4096;

    /// <summary>The file of the certificate of the https addresses: PEM, with its intermediates after it, or PFX. Read again when it changes.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file of its private key in PEM, unless it is in the certificate's file.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>A file whose first line is the password of the private key or of the PFX.</summary>
    public string? CertificatePasswordFile { get; set; }

    /// <summary>Whether the https addresses ask for a client certificate.</summary>
    public ClientCertificates ClientCertificates { get; set; } = ClientCertificates.Ignore;

    /// <summary>Where the certificate of the https addresses is; <see langword="null"/> when there is no such address.</summary>
    public CertificateFile? CertificateFile =>
        Listen.Any(IsHttps) ? new CertificateFile(Certificate!, PrivateKey, CertificatePasswordFile) : null;

    /// <summary>How long a graceful stop may take: what is in flight is finished within it.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The addresses in the form Kestrel takes: a free port needs a numeric host.</summary>
    public IEnumerable<string> Urls() => Listen.Select(address =>
        address.EndsWith(":0", StringComparison.Ordinal) ? address.Replace("//localhost:", "//127.0.0.1:", StringComparison.OrdinalIgnoreCase) : address);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Listen.Count == 0)
        {
            yield return new ValidationResult("at least one address is needed", [nameof(Listen)]);
        }

        foreach (string address in Listen.Where(address => !IsAddress(address)))
        {
            yield return new ValidationResult($"{Quote.Of(address)} is not an address such as http://127.0.0.1:8080 or https://*:8443", [nameof(Listen)]);
        }

        if (Listen.Any(IsHttps) && string.IsNullOrEmpty(Certificate))
        {
            yield return new ValidationResult("a certificate is needed for an https address", [nameof(Certificate)]);
        }

        if (string.IsNullOrEmpty(Certificate) && !(string.IsNullOrEmpty(PrivateKey) && string.IsNullOrEmpty(CertificatePasswordFile)))
        {
            yield return new ValidationResult("there is no certificate that it belongs to", [string.IsNullOrEmpty(PrivateKey) ? nameof(CertificatePasswordFile) : nameof(PrivateKey)]);
        }

        if (ShutdownTimeout < TimeSpan.Zero || ShutdownTimeout > LongestShutdown)
        {
            yield return new ValidationResult("expected between 0s and 1h", [nameof(ShutdownTimeout)]);
        }
    }

    /// <summary>Whether an address needs a certificate.</summary>
    public static bool IsHttps(string address) => address.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is an address to listen on, plain or not.</summary>
    public static bool IsAddress(string address) =>
        Uri.TryCreate(address.Replace("//*:", "//localhost:", StringComparison.Ordinal).Replace("//+:", "//localhost:", StringComparison.Ordinal), UriKind.Absolute, out Uri? parsed)
        && (parsed.Scheme == Uri.UriSchemeHttp || parsed.Scheme == Uri.UriSchemeHttps) && parsed.AbsolutePath == "/" && parsed.Query.Length == 0;
}
