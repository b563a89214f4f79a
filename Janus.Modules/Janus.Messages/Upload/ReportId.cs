using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies a report within a task, and is the VDAF's nonce: DAP §4.1 (basic-definitions).</summary>
/// <remarks><code>
/// opaque ReportID[16];
/// </code></remarks>
public readonly record struct ReportId : IIdentifier<ReportId>
{
    private readonly Bytes16 _bytes;

    private ReportId(Bytes16 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes16.Length;

    /// <inheritdoc/>
    public static ReportId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes16.Read(bytes));

    /// <inheritdoc/>
    public static ReportId Decode(ref WireReader reader) => reader.ReadIdentifier<ReportId>(nameof(ReportId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(ReportId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
