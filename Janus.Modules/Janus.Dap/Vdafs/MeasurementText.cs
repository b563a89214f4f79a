using System.Globalization;

using Janus.Codec;

namespace Janus.Dap;

/// <summary>Reads parts of measurements as people write them.</summary>
internal static class MeasurementText
{
    private static readonly char[] ElementSeparators = [';', ' '];

    /// <summary>Zero or one, for which there are words.</summary>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static ulong Bit(string text) => text.ToUpperInvariant() switch
    {
        "1" or "TRUE" or "YES" => 1,
        "0" or "FALSE" or "NO" => 0,
        _ => throw new FormatException($"expected 0 or 1, no or yes, false or true, got {Quote.Of(text)}"),
    };

    /// <summary>A whole number up to a maximum, which has a name.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static ulong Number(string text, ulong maximum, string nameOfMaximum)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw new FormatException($"expected a whole number from 0 to {maximum}, got {Quote.Of(text)}");
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= maximum
            ? number
            : throw new FormatException($"{Quote.Line(text)} is above the {nameOfMaximum} {maximum}");
    }

    /// <summary>The elements of a vector, separated by semicolons or spaces.</summary>
    /// <exception cref="FormatException">There are more or fewer.</exception>
    public static string[] Elements(string text, int length)
    {
        string[] elements = text.Split(ElementSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return elements.Length == length
            ? elements
            : throw new FormatException($"expected {length} elements, got {elements.Length}");
    }

    /// <summary>A decimal number; false if the text is none.</summary>
    public static bool TryDecimal(string text, out decimal number) => decimal.TryParse(
        text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
