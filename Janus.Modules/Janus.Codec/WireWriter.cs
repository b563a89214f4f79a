using System.Buffers;
using System.Buffers.Binary;

namespace Janus.Codec;

/// <summary>
/// Writes the TLS presentation language (RFC 8446 §3) to a buffer writer.
/// </summary>
public readonly ref struct WireWriter
{
    private readonly IBufferWriter<byte> _output;

    /// <summary>Starts writing at the current position of <paramref name="output"/>.</summary>
    public WireWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>Writes one byte.</summary>
    public void WriteUInt8(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    /// <summary>Writes a big-endian uint16.</summary>
    public void WriteUInt16(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_output.GetSpan(2), value);
        _output.Advance(2);
    }

    /// <summary>Writes a big-endian uint32.</summary>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output.GetSpan(4), value);
        _output.Advance(4);
    }

    /// <summary>Writes a big-endian uint64.</summary>
    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_output.GetSpan(8), value);
        _output.Advance(8);
    }

    /// <summary>Writes the bytes as they are: <c>opaque field[length]</c>.</summary>
    public void WriteFixed(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>Writes <c>opaque field&lt;0..2^8-1&gt;</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 255 bytes.</exception>
    public void WriteOpaque8(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, byte.MaxValue, nameof(bytes));
        WriteUInt8((byte)bytes.Length);
        WriteFixed(bytes);
    }

    /// <summary>Writes <c>opaque field&lt;0..2^16-1&gt;</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 65,535 bytes.</exception>
    public void WriteOpaque16(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, ushort.MaxValue, nameof(bytes));
        WriteUInt16((ushort)bytes.Length);
        WriteFixed(bytes);
    }

    /// <summary>Writes <c>opaque field&lt;0..2^32-1&gt;</c>.</summary>
    public void WriteOpaque32(ReadOnlySpan<byte> bytes)
    {
        WriteUInt32((uint)bytes.Length);
        WriteFixed(bytes);
    }
}
