using Janus.Codec;

namespace Janus.Messages;

/// <summary>Additional, application-specific configuration of a task: DAP §4.2.2 (task-extensions).</summary>
/// <remarks><code>
/// struct {
///   TaskExtensionType extension_type;
///   opaque extension_data&lt;0..2^16-1&gt;;
/// } TaskExtension;
/// </code></remarks>
/// <param name="ExtensionType">What the extension is.</param>
/// <param name="ExtensionData">Its encoded value, up to 65,535 bytes; not changed after construction.</param>
public sealed record TaskExtension(TaskExtensionType ExtensionType, ReadOnlyMemory<byte> ExtensionData)
    : IExtension<TaskExtension>
{
    /// <inheritdoc/>
    public ushort CodePoint => (ushort)ExtensionType;

    /// <summary>The <c>task_interval</c> extension: DAP §4.2.3 (task-interval-extension).</summary>
    public static TaskExtension TaskInterval(Interval interval) =>
        new(TaskExtensionType.TaskInterval, WireMessage.Encode(new TaskIntervalTaskExtension(interval)));

    /// <inheritdoc/>
    public static TaskExtension Decode(ref WireReader reader) => new(
        (TaskExtensionType)reader.ReadUInt16("extension_type"),
        reader.ReadOpaque16("extension_data").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        writer.WriteUInt16(CodePoint);
        writer.WriteOpaque16(ExtensionData.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(TaskExtension? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
