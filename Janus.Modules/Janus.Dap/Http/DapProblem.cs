using System.Text.Json;
using System.Text.Json.Serialization;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>A problem document: RFC 9457 §3 with the members of DAP §3.6 (errors).</summary>
public sealed record DapProblem
{
    /// <summary>The type of a problem that is told by its status alone: RFC 9457 §4.2.1.</summary>
    public const string Blank = "about:blank";

    /// <summary>What kind of problem this is, a URI.</summary>
    [JsonPropertyName("type")]
    public string? Type { get; init; }

    /// <summary>What went wrong, in general.</summary>
    [JsonPropertyName("title")]
    public string? Title { get; init; }

    /// <summary>The status code of the answer.</summary>
    [JsonPropertyName("status")]
    public int? Status { get; init; }

    /// <summary>What went wrong this time.</summary>
    [JsonPropertyName("detail")]
    public string? Detail { get; init; }

    /// <summary>The task, as base64url without padding.</summary>
    [JsonPropertyName("taskid")]
    public string? TaskId { get; init; }

    /// <summary>The code points of extensions that are not known: DAP §4.4.2 (upload-request).</summary>
    [JsonPropertyName("unsupported_extensions")]
    public IReadOnlyList<ushort>? UnsupportedExtensions { get; init; }

    /// <summary>The type as DAP defines it, or <see langword="null"/> when it is not one of DAP's.</summary>
    [JsonIgnore]
    public DapProblemType? DapType => DapProblemType.FromUrn(Type);

    /// <summary>Decodes a problem document; members of the wrong kind make it no problem document.</summary>
    /// <returns>Null if the bytes are not one.</returns>
    public static DapProblem? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, DapProblemJsonContext.Default.DapProblem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Encodes the document as UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DapProblemJsonContext.Default.DapProblem);

    /// <summary>What the document says, quoted: the type unless that is no more than the status, and the detail.</summary>
    public override string ToString() => $"{Status}{InWords()}";

    /// <summary>What goes behind a status: such as <c>, unrecognizedTask: "no such task"</c>.</summary>
    internal string InWords()
    {
        string? type = DapType?.Token ?? (Type is null or Blank or "" ? null : Quote.Of(Type));
        string? said = string.IsNullOrWhiteSpace(Detail) ? Title : Detail;
        return $"{(type is null ? "" : $", {type}")}{(string.IsNullOrWhiteSpace(said) ? "" : $": {Quote.Sentence(said)}")}";
    }
}
