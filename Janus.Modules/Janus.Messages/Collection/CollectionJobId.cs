using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies a collection job within its task; our Leader chooses 16 bytes: DAP §4.6 (collect-flow).</summary>
/// <remarks>The draft leaves the identifier to the server, so a Collector follows the <c>Location</c> it is given instead of parsing this.</remarks>
public readonly record struct CollectionJobId : IIdentifier<CollectionJobId>
{
    private readonly Bytes16 _bytes;

    private CollectionJobId(Bytes16 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes16.Length;

    /// <inheritdoc/>
    public static CollectionJobId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes16.Read(bytes));

    /// <inheritdoc/>
    public static CollectionJobId Decode(ref WireReader reader) => reader.ReadIdentifier<CollectionJobId>(nameof(CollectionJobId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(CollectionJobId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
