using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Short values by which the operators of the two Aggregators see whether they have the same task: an extension of ours.
/// Equal fingerprints mean equal contents; from a fingerprint nothing can be learned of a verify key.
/// </summary>
/// <remarks>
/// Both are 12 bytes in hexadecimal, such as <c>8a1c22f0-9c3d1e77-0b4f6a21</c>: the beginning of SHA-256 over a label, the
/// task ID and the encoded TaskConfiguration, or of HMAC-SHA-256 under the verify key over a label, the task ID and the
/// verification key ID.
/// </remarks>
public static class TaskFingerprints
{
    private const int Length = 12;
    private const int GroupLength = 4;

    private static ReadOnlySpan<byte> ConfigurationLabel => "janus task configuration fingerprint v1"u8;

    private static ReadOnlySpan<byte> VerifyKeyLabel => "janus verify key fingerprint v1"u8;

    /// <summary>The fingerprint of what all participants agree on: the task ID and the exact bytes of the configuration.</summary>
    public static string OfConfiguration(TaskId taskId, TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Format(SHA256.HashData([.. ConfigurationLabel, .. taskId.ToArray(), .. configuration.Encoded.Span]));
    }

    /// <summary>The fingerprint of a task's VDAF verification key, which is not secret itself.</summary>
    public static string OfVerifyKey(TaskId taskId, byte verificationKeyId, ReadOnlySpan<byte> verifyKey) =>
        Format(HMACSHA256.HashData(verifyKey, [.. VerifyKeyLabel, .. taskId.ToArray(), verificationKeyId]));

    private static string Format(ReadOnlySpan<byte> hash)
    {
        string hex = Convert.ToHexStringLower(hash[..Length]);
        return string.Join('-', hex.Chunk(2 * GroupLength).Select(group => new string(group)));
    }
}
