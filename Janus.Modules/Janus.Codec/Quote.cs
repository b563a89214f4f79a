using System.Globalization;
using System.Text;

namespace Janus.Codec;

/// <summary>
/// Shows in an error text or a log line what somebody else wrote or sent: short, on one line and without control characters, so
/// that nobody fills a log or forges a line of it.
/// </summary>
/// <remarks>Secrets are not quoted at all.</remarks>
public static class Quote
{
    /// <summary>The most characters of the input that a quotation shows.</summary>
    public const int MaximumLength = 60;

    private const int MaximumSentence = 240;
    private const int MaximumUrl = 200;
    private const int MaximumNames = 12;

    /// <summary>The text in quotation marks; of a longer one the beginning and the length.</summary>
    public static string Of(string? text) => Of(text, MaximumLength);

    /// <summary>A sentence of somebody else, such as the detail of a problem document, in quotation marks and up to 240 characters.</summary>
    public static string Sentence(string? text) => Of(text, MaximumSentence);

    /// <summary>The text without quotation marks, up to <paramref name="maximumLength"/> characters: one that is partly ours.</summary>
    public static string Line(string? text, int maximumLength = MaximumLength) => Escape(text ?? string.Empty, maximumLength, "");

    /// <summary>A URL without user name, password and fragment, up to 200 characters.</summary>
    public static string Of(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.IsAbsoluteUri
            ? Line(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.PathAndQuery, UriFormat.UriEscaped), MaximumUrl)
            : Line(uri.OriginalString, MaximumUrl);
    }

    /// <summary>Quotations of the first dozen, and how many there are besides.</summary>
    public static string List(IReadOnlyCollection<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        string shown = string.Join(", ", texts.Take(MaximumNames).Select(text => Of(text)));
        return texts.Count <= MaximumNames ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} and {texts.Count - MaximumNames:N0} more");
    }

    /// <summary>
    /// The message of an exception on one line and up to 500 characters, without the name of a parameter, which tells nothing to
    /// whoever did not write the call.
    /// </summary>
    public static string MessageOf(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        string message = exception.Message;
        if (exception is ArgumentException { ParamName.Length: > 0 } argument)
        {
            int suffix = message.IndexOf($" (Parameter '{argument.ParamName}')", StringComparison.Ordinal);
            message = suffix < 0 ? message : message[..suffix];
        }

        return Line(message.ReplaceLineEndings(" ").Trim(), 500);
    }

    private static string Of(string? text, int maximumLength)
    {
        string whole = text ?? string.Empty;
        string shown = $"\"{Escape(whole, maximumLength, "\"\\")}\"";
        return whole.Length <= maximumLength ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} ({whole.Length:N0} characters)");
    }

    private static string Escape(string text, int maximumLength, string quoted)
    {
        StringBuilder shown = new();
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            // The last place goes to the ellipsis.
            if (length + rune.Utf16SequenceLength > (text.Length > maximumLength ? maximumLength - 1 : maximumLength))
            {
                return shown.Append('…').ToString();
            }

            length += rune.Utf16SequenceLength;
            _ = rune.Value switch
            {
                '\n' => shown.Append("\\n"),
                '\r' => shown.Append("\\r"),
                '\t' => shown.Append("\\t"),
                _ when rune.IsAscii && quoted.Contains((char)rune.Value, StringComparison.Ordinal) => shown.Append('\\').Append(rune),
                _ when IsHidden(rune) => shown.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}"),
                _ => shown.Append(rune),
            };
        }

        return shown.ToString();
    }

    // Also what turns the direction of a line, or ends it.
    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
}
