namespace Janus.Vdaf.Vectors;

/// <summary>Ends the check of a vector at its first difference.</summary>
internal sealed class VectorMismatchException(string message) : Exception(message)
{
    private const int ShownDigits = 48;

    /// <summary>Throws unless two byte strings are the same.</summary>
    public static void ThrowIfDifferent(string what, ReadOnlySpan<byte> expected, ReadOnlySpan<byte> actual)
    {
        if (!expected.SequenceEqual(actual))
        {
            int offset = expected.CommonPrefixLength(actual);
            throw new VectorMismatchException(
                $"{what} differs at byte {offset}: expected {Abbreviate(expected, offset)}, got {Abbreviate(actual, offset)}");
        }
    }

    private static string Abbreviate(ReadOnlySpan<byte> bytes, int offset)
    {
        ReadOnlySpan<byte> rest = bytes[Math.Min(offset, bytes.Length)..];
        string hex = Convert.ToHexStringLower(rest[..Math.Min(rest.Length, ShownDigits / 2)]);
        string dots = rest.Length > ShownDigits / 2 ? "…" : string.Empty;
        return $"{(offset > 0 ? "…" : string.Empty)}{hex}{dots} ({bytes.Length} bytes)";
    }
}
