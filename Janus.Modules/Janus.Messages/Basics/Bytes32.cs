using System.Buffers.Binary;

namespace Janus.Messages;

/// <summary>Thirty-two bytes, compared like byte strings.</summary>
internal readonly record struct Bytes32(UInt128 High, UInt128 Low)
{
    public const int Length = 32;

    public static Bytes32 Read(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]))
        : throw new ArgumentException($"expected {Length} bytes, got {bytes.Length}", nameof(bytes));

    public void Write(Span<byte> destination)
    {
        if (destination.Length < Length)
        {
            throw new ArgumentException($"expected room for {Length} bytes", nameof(destination));
        }

        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }

    public int CompareTo(Bytes32 other)
    {
        int order = High.CompareTo(other.High);
        return order != 0 ? order : Low.CompareTo(other.Low);
    }
}
