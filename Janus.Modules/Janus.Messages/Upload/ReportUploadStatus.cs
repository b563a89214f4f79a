using Janus.Codec;

namespace Janus.Messages;

/// <summary>Why one report of an upload was refused: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   ReportID id;
///   ReportError error;
/// } ReportUploadStatus;
/// </code></remarks>
/// <param name="Id">The report.</param>
/// <param name="Error">What was wrong with it.</param>
public readonly record struct ReportUploadStatus(ReportId Id, ReportError Error) : IWireElement<ReportUploadStatus>
{
    /// <inheritdoc/>
    public static ReportUploadStatus Decode(ref WireReader reader) => new(
        reader.ReadIdentifier<ReportId>("id"),
        (ReportError)reader.ReadUInt8("error"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        Id.Encode(writer);
        writer.WriteUInt8((byte)Error);
    }

    /// <inheritdoc/>
    public static void Measure(ref WireRuler ruler)
    {
        ruler.SkipFixed(ReportId.Length + 1);
    }
}
