using System.Text.Json;
using System.Text.Json.Serialization;

namespace Janus.Dap;

/// <summary>A problem document: RFC 9457 §3 with the members of DAP §3.6 (errors).</summary>
public sealed record DapProblem
{
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

    /// <summary>The document in a few words for a log: type, status and detail.</summary>
    public override string ToString() => $"{DapType?.Token ?? Type ?? "about:blank"} ({Status}): {Detail ?? Title}";
}
