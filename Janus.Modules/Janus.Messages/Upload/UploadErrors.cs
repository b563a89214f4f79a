using Janus.Codec;

namespace Janus.Messages;

/// <summary>The Leader's answer to an upload that it did not take as a whole: DAP §4.4.2 (upload-request).</summary>
/// <remarks><code>
/// struct {
///   ReportUploadStatus status[message_length];
/// } UploadErrors;
/// </code></remarks>
/// <param name="Status">The refused reports, in the order of the request.</param>
public sealed record UploadErrors(IReadOnlyList<ReportUploadStatus> Status) : IWireMessage<UploadErrors>
{
    /// <inheritdoc/>
    public static UploadErrors Decode(ref WireReader reader) => new(reader.ReadToEnd<ReportUploadStatus>());

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteAll(Status);

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(UploadErrors? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
