using Janus.Codec;

namespace Janus.Messages;

/// <summary>An additional parameter of an aggregation job: DAP §4.5.1 (agg-job-extensions).</summary>
/// <remarks><code>
/// struct {
///   AggregationJobExtensionType extension_type;
///   opaque extension_data&lt;0..2^16-1&gt;;
/// } AggregationJobExtension;
/// </code></remarks>
/// <param name="ExtensionType">What the extension is.</param>
/// <param name="ExtensionData">Its encoded value, up to 65,535 bytes; not changed after construction.</param>
public sealed record AggregationJobExtension(AggregationJobExtensionType ExtensionType, ReadOnlyMemory<byte> ExtensionData)
    : IExtension<AggregationJobExtension>
{
    /// <inheritdoc/>
    public ushort CodePoint => (ushort)ExtensionType;

    /// <summary>The <c>leader_selected_batch_id</c> extension: DAP §5.2.2 (leader-selected-batch-id-extension).</summary>
    public static AggregationJobExtension LeaderSelectedBatchId(BatchId batchId) =>
        new(AggregationJobExtensionType.LeaderSelectedBatchId, batchId.ToArray());

    /// <inheritdoc/>
    public static AggregationJobExtension Decode(ref WireReader reader) => new(
        (AggregationJobExtensionType)reader.ReadUInt16("extension_type"),
        reader.ReadOpaque16("extension_data").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt16(CodePoint);
        writer.WriteOpaque16(ExtensionData.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregationJobExtension? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
