using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>In what two configurations of one task differ, in words.</summary>
internal static class ConfigurationDifferences
{
    private const int LongestText = 60;

    /// <summary>The differences between ours and the peer's, such as <c>min batch size (ours 100, theirs 10)</c>.</summary>
    /// <param name="ours">Our configuration.</param>
    /// <param name="theirs">The peer's, encoded in base64url.</param>
    public static string Describe(TaskConfiguration ours, string theirs)
    {
        TaskConfiguration other;
        try
        {
            other = WireMessage.Decode<TaskConfiguration>(Base64Url.DecodeFromChars(theirs));
        }
        catch (Exception exception) when (exception is FormatException or DecodeException)
        {
            return "theirs cannot be decoded";
        }

        IEnumerable<string> differences = Fields(ours).Zip(Fields(other))
            .Where(pair => pair.First.Value != pair.Second.Value)
            .Select(pair => $"{pair.First.Name} (ours {Cut(pair.First.Value)}, theirs {Cut(pair.Second.Value)})");
        return string.Join(", ", differences) is { Length: > 0 } text ? text : "the task IDs";
    }

    private static IReadOnlyList<(string Name, string Value)> Fields(TaskConfiguration configuration) =>
    [
        ("task info", Printable(configuration.TaskInfo.Span)),
        ("leader", configuration.LeaderAggregatorEndpoint.ToString()),
        ("helper", configuration.HelperAggregatorEndpoint.ToString()),
        ("time precision", $"{configuration.TimePrecision.Seconds}s"),
        ("min batch size", configuration.MinBatchSize.ToString(CultureInfo.InvariantCulture)),
        ("batch mode", configuration.BatchMode.ToString()),
        ("batch configuration", Convert.ToHexStringLower(configuration.BatchConfig.Span)),
        ("VDAF", Vdaf(configuration)),
        ("task extensions", string.Join(' ', configuration.Extensions.Select(extension => Convert.ToHexStringLower(WireMessage.Encode(extension))))),
    ];

    // Without making the VDAF: the peer may have written anything.
    private static string Vdaf(TaskConfiguration configuration) =>
        $"{configuration.VdafType} {Convert.ToHexStringLower(configuration.VdafConfiguration.Span)}".TrimEnd();

    private static string Printable(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? Encoding.ASCII.GetString(bytes) : Convert.ToHexStringLower(bytes);

    /// <summary>A peer's text as it may be shown: cut, and without control characters.</summary>
    public static string Cut(string text)
    {
        string plain = string.Concat(text.Select(character => char.IsControl(character) ? '?' : character));
        return plain.Length == 0 ? "none" : plain.Length > LongestText ? plain[..LongestText] + "…" : plain;
    }
}
