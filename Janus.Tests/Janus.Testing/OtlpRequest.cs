using System.Text;

namespace Janus.Testing;

/// <summary>An export that a collector got.</summary>
/// <param name="Path">The path, which tells the signal: <c>/v1/traces</c>.</param>
/// <param name="Headers">The headers by their names in any case.</param>
/// <param name="Body">The message in protobuf.</param>
public sealed record OtlpRequest(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>Whether the message has a text.</summary>
    public bool Contains(string text) => Contains(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether the message has these bytes.</summary>
    public bool Contains(byte[] bytes) => Body.AsSpan().IndexOf(bytes) >= 0;
}
