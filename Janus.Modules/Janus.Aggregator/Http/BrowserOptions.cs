using System.ComponentModel.DataAnnotations;
using Janus.Codec;

namespace Janus.Aggregator;

/// <summary>
/// Which web pages may read the HPKE configurations and upload reports from a browser: section <c>Aggregator:Browsers</c>.
/// </summary>
public sealed class BrowserOptions : IValidatableObject
{
    /// <summary>The word that allows every origin.</summary>
    public const string AnyOrigin = "*";

    /// <summary>The word that allows none.</summary>
    public const string NoOrigin = "none";

    /// <summary>
    /// The allowed origins, such as <c>https://app.example</c>; or <see cref="AnyOrigin"/> alone, which gives nothing
    /// away since neither resource uses cookies; or <see cref="NoOrigin"/> alone, or nothing at all, for none.
    /// </summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [AnyOrigin];

    /// <summary>How long a browser may remember that it may ask; most remember two hours at most.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan PreflightMaxAge { get; set; } = TimeSpan.FromHours(2);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (AllowedOrigins is [AnyOrigin] or [NoOrigin])
        {
            yield break;
        }

        foreach (string origin in AllowedOrigins.Where(origin => !IsOrigin(origin)))
        {
            yield return new ValidationResult(
                $"{Quote.Of(origin)} is not an origin such as https://app.example, nor {AnyOrigin} or {NoOrigin} alone", [nameof(AllowedOrigins)]);
        }
    }

    // As browsers write it: scheme, host and port, and nothing after them.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase);
}
