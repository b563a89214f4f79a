using System.Text;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// A URL as the exact ASCII bytes the participants agreed on, never normalised: DAP §4.1 (basic-definitions).
/// </summary>
/// <remarks><code>
/// opaque Url&lt;1..2^16-1&gt;;
/// </code></remarks>
public sealed record Url : IWireMessage<Url>
{
    private readonly string _text;

    /// <summary>Takes the text as it is.</summary>
    /// <exception cref="ArgumentException">The text is empty, longer than 65,535 characters or not ASCII.</exception>
    public Url(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (text.Length > ushort.MaxValue || !Ascii.IsValid(text))
        {
            throw new ArgumentException("expected 1 to 65,535 ASCII characters", nameof(text));
        }

        _text = text;
    }

    /// <summary>The number of bytes, without the length prefix.</summary>
    public int Length => _text.Length;

    /// <inheritdoc/>
    public static Url Decode(ref WireReader reader) => Read(ref reader, nameof(Url));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteOpaque16(Encoding.ASCII.GetBytes(_text));

    /// <summary>The characters, exactly as agreed.</summary>
    public override string ToString() => _text;

    internal static Url Read(ref WireReader reader, string field)
    {
        ReadOnlySpan<byte> bytes = reader.ReadOpaque16(field, 1);
        return Ascii.IsValid(bytes)
            ? new Url(Encoding.ASCII.GetString(bytes))
            : throw reader.Error(field, "expected ASCII characters");
    }
}
