using System.Buffers.Binary;

namespace Janus.Vdaf.PingPong;

/// <summary>The form of one message of the exchange, in which every part has a known length: VDAF §5.7.1 (ping-pong-topo).</summary>
/// <remarks>
/// <code>
/// enum { initialize(0), continue(1), finish(2), (255) } MessageType;
/// struct {
///   MessageType type;
///   select (Message.type) {
///     case initialize: opaque verifier_share&lt;0..2^32-1&gt;;
///     case continue:   opaque verifier_message&lt;0..2^32-1&gt;;
///                      opaque verifier_share&lt;0..2^32-1&gt;;
///     case finish:     opaque verifier_message&lt;0..2^32-1&gt;;
///   };
/// } Message;
/// </code>
/// </remarks>
internal readonly struct PingPongMessage
{
    private const byte Initialize = 0;
    private const byte Continue = 1;
    private const byte Finish = 2;

    private readonly byte _type;

    private PingPongMessage(byte type, int verifierMessageLength, int verifierShareLength)
    {
        _type = type;
        VerifierMessageLength = verifierMessageLength;
        VerifierShareLength = verifierShareLength;
    }

    /// <summary>The length of the verifier message, in bytes; zero where there is none.</summary>
    public int VerifierMessageLength { get; }

    /// <summary>The length of the verifier share, in bytes; zero where there is none.</summary>
    public int VerifierShareLength { get; }

    /// <summary>The length of the whole message, in bytes.</summary>
    public int Length => checked(
        1 + ((_type == Continue ? 2 : 1) * sizeof(uint)) + VerifierMessageLength + VerifierShareLength);

    /// <summary>The form of a message with the verifier message of the round before, and the verifier share of its own.</summary>
    /// <exception cref="ArgumentException">The aggregation parameter is not valid, or there is no such message.</exception>
    public static PingPongMessage Of(IVdaf vdaf, ReadOnlySpan<byte> aggParam, int message)
    {
        byte type = message == 0 ? Initialize : message == vdaf.Rounds ? Finish : Continue;
        return new PingPongMessage(
            type,
            type == Initialize ? 0 : vdaf.VerifierMessageLength(aggParam, message - 1),
            type == Finish ? 0 : vdaf.VerifierShareLength(aggParam, message));
    }

    /// <summary>Writes a message of <see cref="Length"/> bytes.</summary>
    public void Write(ReadOnlySpan<byte> verifierMessage, ReadOnlySpan<byte> verifierShare, Span<byte> message)
    {
        message[0] = _type;
        message = message[1..];
        if (_type != Initialize)
        {
            message = WritePart(verifierMessage, message);
        }

        if (_type != Finish)
        {
            WritePart(verifierShare, message);
        }
    }

    /// <summary>Reads a message, or returns false if it is not of this form.</summary>
    public bool TryRead(
        ReadOnlySpan<byte> message, out ReadOnlySpan<byte> verifierMessage, out ReadOnlySpan<byte> verifierShare)
    {
        verifierMessage = default;
        verifierShare = default;
        if (message.Length != Length || message[0] != _type)
        {
            return false;
        }

        message = message[1..];
        return (_type == Initialize || TryReadPart(ref message, VerifierMessageLength, out verifierMessage))
            && (_type == Finish || TryReadPart(ref message, VerifierShareLength, out verifierShare));
    }

    private static Span<byte> WritePart(ReadOnlySpan<byte> part, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)part.Length);
        part.CopyTo(destination[sizeof(uint)..]);
        return destination[(sizeof(uint) + part.Length)..];
    }

    private static bool TryReadPart(scoped ref ReadOnlySpan<byte> source, int length, out ReadOnlySpan<byte> part)
    {
        bool fits = BinaryPrimitives.ReadUInt32BigEndian(source) == (uint)length;
        part = fits ? source.Slice(sizeof(uint), length) : default;
        source = source[(sizeof(uint) + length)..];
        return fits;
    }
}
