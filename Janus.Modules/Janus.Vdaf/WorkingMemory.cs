using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Janus.Vdaf;

/// <summary>
/// A stretch of <see cref="Scratch"/> from which buffers are taken. It is passed by value: what a method has taken is free
/// again when the method returns. The buffers' contents are arbitrary.
/// </summary>
internal ref struct WorkingMemory
{
    /// <summary>Buffers begin at multiples of so many bytes: a cache line, and the widest vector.</summary>
    public const int Alignment = 64;

    private Span<byte> _rest;

    /// <summary>Takes from an aligned stretch of memory.</summary>
    public WorkingMemory(Span<byte> memory) => _rest = memory;

    /// <summary>The bytes that a buffer occupies.</summary>
    public static long LengthOf<T>(long elements)
        where T : unmanaged =>
        ((elements * Unsafe.SizeOf<T>()) + Alignment - 1) & -Alignment;

    /// <summary>The bytes that buffers of these numbers of bytes occupy.</summary>
    public static long LengthOf(params ReadOnlySpan<int> lengths)
    {
        long sum = 0;
        foreach (int length in lengths)
        {
            sum += LengthOf<byte>(length);
        }

        return sum;
    }

    /// <summary>Takes a buffer of <paramref name="length"/> elements.</summary>
    public Span<T> Take<T>(int length)
        where T : unmanaged
    {
        int bytes = checked((int)LengthOf<T>(length));
        Span<T> buffer = MemoryMarshal.Cast<byte, T>(_rest[..bytes])[..length];
        _rest = _rest[bytes..];
        return buffer;
    }

    /// <summary>Takes a buffer of zeros.</summary>
    public Span<T> TakeZeroed<T>(int length)
        where T : unmanaged
    {
        Span<T> buffer = Take<T>(length);
        buffer.Clear();
        return buffer;
    }
}
