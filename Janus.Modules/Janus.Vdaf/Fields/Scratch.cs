using System.Buffers;
using System.Runtime.InteropServices;

namespace Janus.Vdaf.Fields;

/// <summary>Pooled working memory for secrets: handed out in slices, zeroed before it goes back.</summary>
/// <typeparam name="T">The element.</typeparam>
internal ref struct Scratch<T> : IDisposable
    where T : unmanaged
{
    private readonly T[] _buffer;
    private readonly int _length;
    private int _taken;

    /// <summary>Rents room for <paramref name="length"/> elements, all zero.</summary>
    public Scratch(int length)
    {
        _buffer = ArrayPool<T>.Shared.Rent(length);
        _length = length;
        _buffer.AsSpan(0, length).Clear();
    }

    /// <summary>Hands out the next <paramref name="length"/> elements.</summary>
    public Span<T> Take(int length)
    {
        Span<T> slice = _buffer.AsSpan(0, _length).Slice(_taken, length);
        _taken += length;
        return slice;
    }

    /// <summary>Zeroes the memory and gives it back.</summary>
    public readonly void Dispose()
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(
            MemoryMarshal.AsBytes(_buffer.AsSpan(0, _length)));
        ArrayPool<T>.Shared.Return(_buffer);
    }
}
