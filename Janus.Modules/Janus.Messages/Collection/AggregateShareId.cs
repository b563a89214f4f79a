using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies a Helper's aggregate share within its task; our Helper chooses 16 bytes: DAP §4.6.4 (collect-aggregate).</summary>
/// <remarks>The draft leaves the identifier to the server, so a Leader follows the <c>Location</c> it is given instead of parsing this.</remarks>
public readonly record struct AggregateShareId : IIdentifier<AggregateShareId>
{
    private readonly Bytes16 _bytes;

    private AggregateShareId(Bytes16 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes16.Length;

    /// <inheritdoc/>
    public static AggregateShareId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes16.Read(bytes));

    /// <inheritdoc/>
    public static AggregateShareId Decode(ref WireReader reader) => reader.ReadIdentifier<AggregateShareId>(nameof(AggregateShareId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(AggregateShareId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
