using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// The checksum over the report IDs of a batch, 32 bytes; two disjoint parts combine with
/// <see cref="Combine"/>: DAP §4.6.4 (collect-aggregate).
/// </summary>
/// <remarks><code>
/// opaque checksum[32];
/// </code></remarks>
public readonly record struct BatchChecksum : IWireMessage<BatchChecksum>
{
    private readonly Bytes32 _bytes;

    private BatchChecksum(Bytes32 bytes) => _bytes = bytes;

    /// <summary>The number of bytes of every checksum.</summary>
    public static int Length => Bytes32.Length;

    /// <summary>The checksum of no reports: zeros.</summary>
    public static BatchChecksum Empty => default;

    /// <summary>Takes over exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> has another length.</exception>
    public static BatchChecksum FromBytes(ReadOnlySpan<byte> bytes) => new(Bytes32.Read(bytes));

    /// <summary>The bitwise XOR, which is the checksum of both sets of reports when they are disjoint.</summary>
    public BatchChecksum Combine(BatchChecksum other) =>
        new(new Bytes32(_bytes.High ^ other._bytes.High, _bytes.Low ^ other._bytes.Low));

    /// <summary>Writes the 32 bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void CopyTo(Span<byte> destination) => _bytes.Write(destination);

    /// <summary>Copies the bytes to a new array.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public static BatchChecksum Decode(ref WireReader reader) => FromBytes(reader.ReadFixed(Length, "checksum"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteFixed(ToArray());

    /// <summary>The bytes in lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());
}
