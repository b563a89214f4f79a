namespace Janus.Codec;

/// <summary>Whole-buffer encoding and decoding for every <see cref="IWireMessage{TSelf}"/>.</summary>
public static class WireMessage
{
    /// <summary>Decodes a buffer that holds exactly one structure.</summary>
    /// <exception cref="DecodeException">The bytes are not well-formed, or bytes follow the structure.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> buffer)
        where T : IWireMessage<T>
    {
        WireReader reader = new(buffer);
        T message = T.Decode(ref reader);
        reader.ExpectEnd(typeof(T).Name);
        return message;
    }

    /// <summary>Encodes a structure to a new array.</summary>
    public static byte[] Encode<T>(T message)
        where T : IWireMessage<T>
    {
        ArgumentNullException.ThrowIfNull(message);
        using PooledBufferWriter buffer = new();
        message.Encode(new WireWriter(buffer));
        return buffer.WrittenSpan.ToArray();
    }
}
