using Janus.Codec;

namespace Janus.Messages;

/// <summary>The body of an upload, in memory: DAP §4.4.2 (upload-request).</summary>
/// <remarks>A server decodes the body as a stream of <see cref="Report"/> instead: see <see cref="WireStreamReader"/>.
/// <code>
/// struct {
///   Report reports[message_length];
/// } UploadRequest;
/// </code></remarks>
/// <param name="Reports">The reports, in the order of the body.</param>
public sealed record UploadRequest(IReadOnlyList<Report> Reports) : IWireMessage<UploadRequest>
{
    /// <inheritdoc/>
    public static UploadRequest Decode(ref WireReader reader) => new(reader.ReadToEnd<Report>());

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteAll(Reports);

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(UploadRequest? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
