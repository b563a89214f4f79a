using Janus.Codec;

namespace Janus.Messages;

/// <summary>The data that the encryption of an input share authenticates: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   TaskID task_id;
///   TaskConfiguration task_configuration;
///   ReportMetadata report_metadata;
///   opaque public_share&lt;0..2^32-1&gt;;
/// } InputShareAad;
/// </code></remarks>
/// <param name="TaskId">The task.</param>
/// <param name="TaskConfiguration">The task's configuration, with its exact bytes.</param>
/// <param name="ReportMetadata">The report's metadata.</param>
/// <param name="PublicShare">The report's public share; not changed after construction.</param>
public sealed record InputShareAad(
    TaskId TaskId,
    TaskConfiguration TaskConfiguration,
    ReportMetadata ReportMetadata,
    ReadOnlyMemory<byte> PublicShare)
    : IWireMessage<InputShareAad>
{
    /// <inheritdoc/>
    public static InputShareAad Decode(ref WireReader reader) => new(
        reader.ReadIdentifier<TaskId>("task_id"),
        TaskConfiguration.Decode(ref reader),
        ReportMetadata.Decode(ref reader),
        reader.ReadOpaque32("public_share").ToArray());

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        TaskId.Encode(writer);
        TaskConfiguration.Encode(writer);
        ReportMetadata.Encode(writer);
        writer.WriteOpaque32(PublicShare.Span);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(InputShareAad? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
