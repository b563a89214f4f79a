using System.Buffers.Binary;

namespace Janus.Codec;

/// <summary>
/// Reads the TLS presentation language (RFC 8446 §3) from a span: big-endian integers, fixed and
/// length-prefixed opaque strings. Every read names its field, so that an error can.
/// </summary>
public ref struct WireReader
{
    private readonly ReadOnlySpan<byte> _buffer;
    private readonly long _origin;

    /// <summary>Starts reading at the first byte of <paramref name="buffer"/>.</summary>
    /// <param name="buffer">The encoded bytes.</param>
    /// <param name="origin">Added to offsets in errors, when the buffer is a part of a longer message.</param>
    public WireReader(ReadOnlySpan<byte> buffer, long origin = 0)
    {
        _buffer = buffer;
        _origin = origin;
    }

    /// <summary>The number of bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>The number of bytes left.</summary>
    public readonly int Remaining => _buffer.Length - Position;

    /// <summary>Reads one byte.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public byte ReadUInt8(string field) => ReadFixed(1, field)[0];

    /// <summary>Reads a big-endian uint16.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public ushort ReadUInt16(string field) => BinaryPrimitives.ReadUInt16BigEndian(ReadFixed(2, field));

    /// <summary>Reads a big-endian uint32.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public uint ReadUInt32(string field) => BinaryPrimitives.ReadUInt32BigEndian(ReadFixed(4, field));

    /// <summary>Reads a big-endian uint64.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public ulong ReadUInt64(string field) => BinaryPrimitives.ReadUInt64BigEndian(ReadFixed(8, field));

    /// <summary>Reads exactly <paramref name="length"/> bytes: <c>opaque field[length]</c>.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public ReadOnlySpan<byte> ReadFixed(int length, string field)
    {
        if (length > Remaining)
        {
            throw Error(field, $"expected {length} bytes, got {Remaining}");
        }

        ReadOnlySpan<byte> bytes = _buffer.Slice(Position, length);
        Position += length;
        return bytes;
    }

    /// <summary>Reads <c>opaque field&lt;minimum..2^8-1&gt;</c>.</summary>
    /// <exception cref="DecodeException">The buffer is too short or the length is below the minimum.</exception>
    public ReadOnlySpan<byte> ReadOpaque8(string field, int minimum = 0) =>
        ReadCounted(ReadUInt8(field), minimum, field);

    /// <summary>Reads <c>opaque field&lt;minimum..2^16-1&gt;</c>.</summary>
    /// <exception cref="DecodeException">The buffer is too short or the length is below the minimum.</exception>
    public ReadOnlySpan<byte> ReadOpaque16(string field, int minimum = 0) =>
        ReadCounted(ReadUInt16(field), minimum, field);

    /// <summary>Reads <c>opaque field&lt;minimum..2^32-1&gt;</c>.</summary>
    /// <exception cref="DecodeException">The buffer is too short or the length is below the minimum.</exception>
    public ReadOnlySpan<byte> ReadOpaque32(string field, int minimum = 0) =>
        ReadCounted(ReadUInt32(field), minimum, field);

    /// <summary>Reads <c>T field&lt;minimum..2^16-1&gt;</c> and returns a reader over the vector's content.</summary>
    /// <exception cref="DecodeException">The buffer is too short or the length is below the minimum.</exception>
    public WireReader ReadVector16(string field, int minimum = 0)
    {
        ReadOnlySpan<byte> content = ReadOpaque16(field, minimum);
        return new WireReader(content, _origin + Position - content.Length);
    }

    /// <summary>The bytes that have been read since <paramref name="position"/>, exactly as they arrived.</summary>
    public readonly ReadOnlySpan<byte> ReadSince(int position) => _buffer[position..Position];

    /// <summary>Reads everything that is left.</summary>
    public ReadOnlySpan<byte> ReadRest() => ReadFixed(Remaining, "rest");

    /// <summary>Refuses bytes after the end of the structure named <paramref name="structure"/>.</summary>
    /// <exception cref="DecodeException">Bytes are left.</exception>
    public readonly void ExpectEnd(string structure)
    {
        if (Remaining != 0)
        {
            throw Error(structure, $"{Remaining} trailing bytes");
        }
    }

    /// <summary>Makes the exception for <paramref name="field"/> at the current position.</summary>
    public readonly DecodeException Error(string field, string reason) => new(field, _origin + Position, reason);

    private ReadOnlySpan<byte> ReadCounted(uint length, int minimum, string field)
    {
        if (length > (uint)Remaining)
        {
            throw Error(field, $"{length} bytes announced, {Remaining} left");
        }

        if (length < (uint)minimum)
        {
            throw Error(field, $"expected at least {minimum} bytes, got {length}");
        }

        return ReadFixed((int)length, field);
    }
}
