using System.Buffers.Text;
using Janus.Codec;

namespace Janus.Cli.Values;

/// <summary>An encoded aggregation parameter on the command line: base64url, or hexadecimal behind <c>hex:</c>.</summary>
internal static class AggParamText
{
    private const string HexPrefix = "hex:";

    /// <summary>Reads the text.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static byte[] Parse(string text)
    {
        try
        {
            return text.StartsWith(HexPrefix, StringComparison.Ordinal)
                ? Convert.FromHexString(text.AsSpan(HexPrefix.Length))
                : Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            throw new FormatException($"base64url, or hexadecimal such as hex:00ff, expected, {Quote.Of(text)} given");
        }
    }
}
