using Janus.Codec;

namespace Janus.Messages;

/// <summary>The value of the <c>task_interval</c> task extension: DAP §4.2.3 (task-interval-extension).</summary>
/// <remarks><code>
/// struct {
///   Interval task_interval;
/// } TaskIntervalTaskExtension;
/// </code></remarks>
/// <param name="TaskInterval">When the task takes reports.</param>
public readonly record struct TaskIntervalTaskExtension(Interval TaskInterval)
    : IWireMessage<TaskIntervalTaskExtension>
{
    /// <inheritdoc/>
    public static TaskIntervalTaskExtension Decode(ref WireReader reader) => new(Interval.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => TaskInterval.Encode(writer);
}
