using System.Buffers;
using System.Security.Cryptography;

namespace Janus.Codec;

/// <summary>
/// A buffer to encode into that borrows its memory from the shared array pool, and clears it before giving it back.
/// </summary>
public sealed class PooledBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int MinimumCapacity = 256;
    private byte[] _buffer;

    /// <summary>Starts empty, with room for <paramref name="capacity"/> bytes.</summary>
    public PooledBufferWriter(int capacity = MinimumCapacity) =>
        _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(capacity, MinimumCapacity));

    /// <summary>The number of bytes written.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>The bytes written, valid until the next write or <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, WrittenCount);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - WrittenCount);
        WrittenCount += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(WrittenCount);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(WrittenCount);
    }

    /// <summary>Clears the bytes and gives the memory back.</summary>
    public void Dispose()
    {
        Release();
        _buffer = [];
        WrittenCount = 0;
    }

    private void Reserve(int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (_buffer.Length - WrittenCount >= Math.Max(size, 1))
        {
            return;
        }

        int doubled = (int)Math.Min(Math.Max(MinimumCapacity, _buffer.Length * 2L), Array.MaxLength);
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(doubled, checked(WrittenCount + Math.Max(size, 1))));
        WrittenSpan.CopyTo(larger);
        Release();
        _buffer = larger;
    }

    private void Release()
    {
        if (_buffer.Length > 0)
        {
            CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, WrittenCount));
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}
