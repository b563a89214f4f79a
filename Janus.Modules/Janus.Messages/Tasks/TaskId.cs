using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies a task, globally: DAP §4.2 (task-configuration).</summary>
/// <remarks><code>
/// opaque TaskID[32];
/// </code></remarks>
public readonly record struct TaskId : IIdentifier<TaskId>
{
    private readonly Bytes32 _bytes;

    private TaskId(Bytes32 bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public static int Length => Bytes32.Length;

    /// <inheritdoc/>
    public static TaskId FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.Read(bytes));

    /// <inheritdoc/>
    public static TaskId Decode(ref WireReader reader) => reader.ReadIdentifier<TaskId>(nameof(TaskId));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteIdentifier(this);

    /// <inheritdoc/>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <inheritdoc/>
    public int CompareTo(TaskId other) => _bytes.CompareTo(other._bytes);

    /// <summary>The bytes as base64url without padding.</summary>
    public override string ToString() => Identifier.Format(this);
}
