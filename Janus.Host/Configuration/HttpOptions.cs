using System.ComponentModel.DataAnnotations;

namespace Janus.Host.Configuration;

/// <summary>Where the process listens and how it stops.</summary>
internal sealed class HttpOptions : IValidatableObject
{
    private static readonly TimeSpan LongestShutdown = TimeSpan.FromHours(1);

    /// <summary>The addresses to listen on: <c>http://host:port</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Listen { get; set; } = ["http://127.0.0.1:8080"];

    /// <summary>How many connections may be open at once; more are closed.</summary>
    [Range(1, 1_000_000, ErrorMessage = "between {1} and {2} was expected")]
    public int MaximumConnections { get; set; } = 4096;

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
            yield return new ValidationResult($"'{address}' is not an address such as http://127.0.0.1:8080 or http://*:8080", [nameof(Listen)]);
        }

        if (ShutdownTimeout < TimeSpan.Zero || ShutdownTimeout > LongestShutdown)
        {
            yield return new ValidationResult("between 0s and 1h was expected", [nameof(ShutdownTimeout)]);
        }
    }

    private static bool IsAddress(string address) =>
        Uri.TryCreate(address.Replace("//*:", "//localhost:", StringComparison.Ordinal).Replace("//+:", "//localhost:", StringComparison.Ordinal), UriKind.Absolute, out Uri? parsed)
        && parsed.Scheme == Uri.UriSchemeHttp && parsed.AbsolutePath == "/" && parsed.Query.Length == 0;
}
