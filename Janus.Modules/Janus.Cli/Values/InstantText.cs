using System.Globalization;
using Janus.Codec;

namespace Janus.Cli.Values;

/// <summary>Points in time as people write them: <c>2026-01-31</c>, <c>2026-01-31T08:00Z</c>, or seconds since 1970.</summary>
internal static class InstantText
{
    private const string Written = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string WrittenToTheMinute = "yyyy-MM-dd'T'HH:mm'Z'";
    private const long LastUnixSecond = 253_402_300_799;
    private static readonly string[] Formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <summary>Reads an instant from 1970 on; without a time zone it is UTC.</summary>
    /// <exception cref="FormatException">The text is not an instant.</exception>
    public static DateTimeOffset Parse(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= LastUnixSecond)
        {
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        }

        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, utc, out DateTimeOffset instant) && instant.ToUnixTimeSeconds() >= 0
            ? instant
            : throw new FormatException($"a time such as 2026-01-31, 2026-01-31T08:00:00Z or 1769846400 expected, {Quote.Of(text)} given");
    }

    /// <summary>The text of an instant, shortened for a table: without seconds.</summary>
    public static string ToTheMinute(string text) => Parse(text).UtcDateTime.ToString(WrittenToTheMinute, CultureInfo.InvariantCulture);

    /// <summary>The instant in UTC, to the second.</summary>
    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString(Written, CultureInfo.InvariantCulture);
}
