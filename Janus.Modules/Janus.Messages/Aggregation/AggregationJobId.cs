using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies an aggregation job within its task; our Helper chooses 16 bytes: DAP §4.5 (aggregate-flow).</summary>
/// <remarks>The draft leaves the identifier to the server, so a Leader follows the <c>Location</c> it is given instead of parsing this.</remarks>
public readonly record struct AggregationJobId : IIdentifier<AggregationJobId>
{
    private readonly Bytes16 _bytes;

    private AggregationJobId(Bytes16 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes16.Length;

    /// <inheritdoc/>
    public static AggregationJobId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes16.Read(bytes));

    /// <inheritdoc/>
    public static AggregationJobId Decode(ref WireReader reader) => reader.ReadIdentifier<AggregationJobId>(nameof(AggregationJobId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(AggregationJobId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
