using System.Globalization;
using Janus.Codec;

namespace Janus.Cli.Values;

/// <summary>Durations as people write them: <c>90</c> or <c>90s</c>, <c>5m</c>, <c>2h</c>, <c>7d</c>.</summary>
internal static class DurationText
{
    private const string Expected = "a duration such as 90, 90s, 5m, 2h or 7d expected";

    /// <summary>Reads a duration of whole seconds that is longer than nothing.</summary>
    /// <exception cref="FormatException">The text is not such a duration.</exception>
    public static TimeSpan Parse(string text)
    {
        string number = text.TrimEnd('s', 'm', 'h', 'd');
        long? secondsPerUnit = text[number.Length..] switch
        {
            "" or "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => null,
        };
        if (secondsPerUnit is not { } unit || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count == 0)
        {
            throw new FormatException($"{Expected}, {Quote.Of(text)} given");
        }

        return TimeSpan.FromSeconds(count * unit);
    }

    /// <summary>A duration in the largest unit of which it has two or more, such as <c>36h</c>.</summary>
    public static string Round(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalDays)}d"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalHours)}h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalMinutes)}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(duration.TotalSeconds)}s"),
    };
}
