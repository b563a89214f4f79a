namespace Janus.Codec;

/// <summary>A structure with one encoding in the TLS presentation language.</summary>
/// <typeparam name="TSelf">The message type itself.</typeparam>
public interface IWireMessage<TSelf>
    where TSelf : IWireMessage<TSelf>
{
    /// <summary>Reads one structure and leaves the reader behind it.</summary>
    /// <exception cref="DecodeException">The bytes are not a well-formed encoding.</exception>
    static abstract TSelf Decode(ref WireReader reader);

    /// <summary>Writes the structure.</summary>
    void Encode(WireWriter writer);
}
