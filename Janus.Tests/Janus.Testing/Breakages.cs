using Janus.Messages;

namespace Janus.Testing;

/// <summary>The ways in which a report can be wrong by itself, whatever the time, and the error that names each.</summary>
public static class Breakages
{
    private static readonly ReportExtension Unknown = new((ReportExtensionType)0x1234, new byte[] { 1, 2 });

    private static readonly ReportExtension Smaller = new((ReportExtensionType)0x1233, ReadOnlyMemory<byte>.Empty);

    public static ReportShape BadCiphertext { get; } = new()
    {
        Ciphertext = whole => whole with { Payload = Flip(whole.Payload.ToArray()) },
    };

    public static ReportShape UnknownHpkeConfig { get; } = new()
    {
        Ciphertext = whole => whole with { ConfigId = new HpkeConfigId(250) },
    };

    public static ReportShape OtherTask { get; } = new() { SealedFor = TaskId.Random() };

    /// <summary>Everything that is no matter of decryption: <c>invalid_message</c> at upload and in aggregation.</summary>
    public static IReadOnlyDictionary<string, ReportShape> InvalidMessage { get; } = new Dictionary<string, ReportShape>
    {
        ["public share too short"] = new() { PublicShare = bytes => bytes[..^1] },
        ["public share too long"] = new() { PublicShare = bytes => [.. bytes, 0] },
        ["public share missing"] = new() { PublicShare = _ => [] },
        ["input share too short"] = new() { InputShare = bytes => bytes[..^1] },
        ["input share too long"] = new() { InputShare = bytes => [.. bytes, 0] },
        ["input share missing"] = new() { InputShare = _ => [] },
        ["octet after PlaintextInputShare"] = new() { Plaintext = bytes => [.. bytes, 0] },
        ["PlaintextInputShare cut off"] = new() { Plaintext = bytes => bytes[..^1] },
        ["PlaintextInputShare empty"] = new() { Plaintext = _ => [] },
        ["unknown public extension"] = new() { PublicExtensions = [Unknown] },
        ["unknown private extension"] = new() { PrivateExtensions = [Unknown] },
        ["extension in both lists"] = new() { PublicExtensions = [Unknown], PrivateExtensions = [Unknown] },
        ["extension twice"] = new() { PublicExtensions = [Unknown, Unknown] },
        ["private extension twice"] = new() { PrivateExtensions = [Unknown, Unknown] },
        ["extensions out of order"] = new() { PublicExtensions = [Unknown, Smaller] },
        ["private extensions out of order"] = new() { PrivateExtensions = [Unknown, Smaller] },
    };

    /// <summary>A valid report's bytes with the last one changed.</summary>
    public static byte[] Flip(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return [.. bytes[..^1], (byte)(bytes[^1] ^ 1)];
    }
}
