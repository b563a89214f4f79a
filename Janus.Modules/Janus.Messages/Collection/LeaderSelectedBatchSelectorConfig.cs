using Janus.Codec;

namespace Janus.Messages;

/// <summary>The <c>config</c> of a leader-selected <see cref="BatchSelector"/>: DAP §5.2.3 (leader-selected-batch-mode).</summary>
/// <remarks><code>
/// struct {
///   BatchID batch_id;
/// } LeaderSelectedBatchSelectorConfig;
/// </code></remarks>
/// <param name="BatchId">The batch.</param>
public readonly record struct LeaderSelectedBatchSelectorConfig(BatchId BatchId)
    : IWireMessage<LeaderSelectedBatchSelectorConfig>
{
    /// <inheritdoc/>
    public static LeaderSelectedBatchSelectorConfig Decode(ref WireReader reader) => new(reader.ReadIdentifier<BatchId>("batch_id"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => BatchId.Encode(writer);
}
