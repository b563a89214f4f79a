using Janus.Messages;

namespace Janus.Testing;

/// <summary>How a report is made; by default as the draft wants it, and each member breaks one thing.</summary>
public sealed record ReportShape
{
    public static ReportShape Valid { get; } = new();

    /// <summary>The histogram's bucket, or the number that a <see cref="MultiRoundVdaf"/> sums.</summary>
    public ulong Measurement { get; init; }

    public ReportId? Id { get; init; }

    public Time? Time { get; init; }

    public IReadOnlyList<ReportExtension> PublicExtensions { get; init; } = [];

    public IReadOnlyList<ReportExtension> PrivateExtensions { get; init; } = [];

    /// <summary>Changes the public share before anything is encrypted.</summary>
    public Func<byte[], byte[]> PublicShare { get; init; } = bytes => bytes;

    /// <summary>Changes both encoded input shares before they are encrypted.</summary>
    public Func<byte[], byte[]> InputShare { get; init; } = bytes => bytes;

    /// <summary>Changes both encoded PlaintextInputShares before they are encrypted.</summary>
    public Func<byte[], byte[]> Plaintext { get; init; } = bytes => bytes;

    /// <summary>Changes both ciphertexts after encryption.</summary>
    public Func<HpkeCiphertext, HpkeCiphertext> Ciphertext { get; init; } = ciphertext => ciphertext;

    /// <summary>The task ID in the AAD, where it is not the task's own.</summary>
    public TaskId? SealedFor { get; init; }
}
