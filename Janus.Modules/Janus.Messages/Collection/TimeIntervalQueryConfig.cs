using Janus.Codec;

namespace Janus.Messages;

/// <summary>The <c>config</c> of a time-interval <see cref="Query"/>: DAP §5.1.1 (time-interval-batch-mode).</summary>
/// <remarks><code>
/// struct {
///   Interval batch_interval;
/// } TimeIntervalQueryConfig;
/// </code></remarks>
/// <param name="BatchInterval">The interval that the report times fall within.</param>
public readonly record struct TimeIntervalQueryConfig(Interval BatchInterval) : IWireMessage<TimeIntervalQueryConfig>
{
    /// <inheritdoc/>
    public static TimeIntervalQueryConfig Decode(ref WireReader reader) => new(Interval.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => BatchInterval.Encode(writer);
}
