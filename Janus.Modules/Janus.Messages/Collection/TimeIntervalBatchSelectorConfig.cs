using Janus.Codec;

namespace Janus.Messages;

/// <summary>The <c>config</c> of a time-interval <see cref="BatchSelector"/>: DAP §5.1.2 (time-interval-batch-mode).</summary>
/// <remarks><code>
/// struct {
///   Interval batch_interval;
/// } TimeIntervalBatchSelectorConfig;
/// </code></remarks>
/// <param name="BatchInterval">The interval of the batch.</param>
public readonly record struct TimeIntervalBatchSelectorConfig(Interval BatchInterval)
    : IWireMessage<TimeIntervalBatchSelectorConfig>
{
    /// <inheritdoc/>
    public static TimeIntervalBatchSelectorConfig Decode(ref WireReader reader) => new(Interval.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => BatchInterval.Encode(writer);
}
