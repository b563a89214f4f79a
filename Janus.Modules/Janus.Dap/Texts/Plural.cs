using System.Globalization;

namespace Janus.Dap;

/// <summary>Counts things in words: the one place that knows when a noun takes its plural.</summary>
public static class Plural
{
    /// <summary>The number, with separators between thousands, and the noun: <c>1 report</c>, <c>2,000 reports</c>.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="noun">The noun in the singular.</param>
    /// <param name="plural">Its plural, unless that is the noun with an s.</param>
    public static string Of(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {Noun(count, noun, plural)}");

    /// <summary>The noun alone, as it is after the number.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="noun">The noun in the singular.</param>
    /// <param name="plural">Its plural, unless that is the noun with an s.</param>
    public static string Noun(long count, string noun, string? plural = null) => count == 1 ? noun : plural ?? noun + "s";
}
