using System.Net.Http.Headers;

namespace Janus.Dap;

/// <summary>Comparison of media types, and the one that all drafts share.</summary>
public static class DapMediaType
{
    /// <summary>A <see cref="DapProblem"/>: RFC 9457 §3.</summary>
    public const string Problem = "application/problem+json";

    private const string MessageParameter = "message";

    /// <summary>
    /// Whether a <c>Content-Type</c> names the media type <paramref name="expected"/>. Case,
    /// spaces, quotes and other parameters, such as <c>version</c>, make no difference.
    /// </summary>
    public static bool Matches(string? contentType, string expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        if (string.Equals(contentType, expected, StringComparison.Ordinal))
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out MediaTypeHeaderValue? actual)
            && MediaTypeHeaderValue.TryParse(expected, out MediaTypeHeaderValue? wanted)
            && string.Equals(actual.MediaType, wanted.MediaType, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Message(actual), Message(wanted), StringComparison.OrdinalIgnoreCase);
    }

    // Two different values name nothing.
    private static string? Message(MediaTypeHeaderValue mediaType)
    {
        string?[] values = [.. mediaType.Parameters
            .Where(parameter => string.Equals(parameter.Name, MessageParameter, StringComparison.OrdinalIgnoreCase))
            .Select(parameter => parameter.Value?.Trim('"'))
            .Distinct(StringComparer.OrdinalIgnoreCase)];
        return values is [var value] ? value : null;
    }
}
