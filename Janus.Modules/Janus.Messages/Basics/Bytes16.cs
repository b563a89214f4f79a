using System.Buffers.Binary;

namespace Janus.Messages;

/// <summary>Sixteen bytes, compared like byte strings.</summary>
internal readonly record struct Bytes16(UInt128 Value)
{
    public const int Length = 16;

    public static Bytes16 Read(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes))
        : throw new ArgumentException($"expected {Length} bytes, got {bytes.Length}", nameof(bytes));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    public int CompareTo(Bytes16 other) => Value.CompareTo(other.Value);
}
