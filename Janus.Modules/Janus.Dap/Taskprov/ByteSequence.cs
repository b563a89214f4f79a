using System.Diagnostics.CodeAnalysis;

namespace Janus.Dap;

/// <summary>
/// An Item that is a Byte Sequence, as the value of a structured header field: RFC 9651 §3.3.5, §4.1.8 and §4.2.7.
/// </summary>
internal static class ByteSequence
{
    private const int Quantum = 4;

    /// <summary>Writes bytes in base64 between colons.</summary>
    public static string Format(ReadOnlySpan<byte> bytes) => $":{Convert.ToBase64String(bytes)}:";

    /// <summary>Reads the bytes; parameters are checked, as the RFC wants of the whole field, and left out.</summary>
    /// <returns>False if the field is malformed, or an Item of another type.</returns>
    public static bool TryParse(string field, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        ReadOnlySpan<char> rest = field.AsSpan().Trim(' ');
        if (rest is not [':', ..] || rest[1..].IndexOf(':') is not (>= 0 and int length))
        {
            return false;
        }

        ReadOnlySpan<char> encoded = rest.Slice(1, length);
        return StructuredParameters.AreWellFormed(rest[(length + 2)..]) && TryDecode(encoded, out bytes);
    }

    // Padding may be left out (RFC 9651 §4.2.7). Blanks, which the decoder of .NET skips, are no base64.
    private static bool TryDecode(ReadOnlySpan<char> encoded, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (encoded.ContainsAny(" \t\r\n"))
        {
            return false;
        }

        int missing = (Quantum - (encoded.Length % Quantum)) % Quantum;
        char[] padded = [.. encoded, .. Enumerable.Repeat('=', missing)];
        byte[] decoded = new byte[padded.Length / Quantum * 3];
        if (!Convert.TryFromBase64Chars(padded, decoded, out int written))
        {
            return false;
        }

        bytes = decoded[..written];
        return true;
    }
}
