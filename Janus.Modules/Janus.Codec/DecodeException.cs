namespace Janus.Codec;

/// <summary>
/// Thrown when bytes from the wire are not a well-formed encoding of the expected structure.
/// </summary>
/// <remarks>The message names the field and the offset, never the bytes themselves: they may be secret.</remarks>
public sealed class DecodeException : Exception
{
    /// <summary>Creates an exception for <paramref name="field"/> at <paramref name="offset"/> bytes from the start.</summary>
    public DecodeException(string field, long offset, string reason)
        : base($"cannot decode {field} at offset {offset}: {reason}")
    {
        Field = field;
        Offset = offset;
    }

    /// <summary>The name of the field, as the draft writes it.</summary>
    public string Field { get; }

    /// <summary>Where decoding stopped, in bytes from the start of the message.</summary>
    public long Offset { get; }
}
