using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies a batch chosen by the Leader within its task: DAP §5.2 (leader-selected-batch-mode).</summary>
/// <remarks><code>
/// opaque BatchID[32];
/// </code></remarks>
public readonly record struct BatchId : IIdentifier<BatchId>
{
    private readonly Bytes32 _bytes;

    private BatchId(Bytes32 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes32.Length;

    /// <inheritdoc/>
    public static BatchId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.Read(bytes));

    /// <inheritdoc/>
    public static BatchId Decode(ref WireReader reader) => reader.ReadIdentifier<BatchId>(nameof(BatchId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(BatchId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
