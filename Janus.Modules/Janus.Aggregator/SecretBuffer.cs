using System.Buffers;
using System.Security.Cryptography;

namespace Janus.Aggregator;

/// <summary>Owns bytes that are secret, such as verification states, out shares or an aggregate share, and clears them on disposal.</summary>
internal sealed class SecretBuffer : IDisposable
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly bool _isRented;

    private SecretBuffer(byte[] bytes, int length, bool isRented)
    {
        _bytes = bytes;
        _length = length;
        _isRented = isRented;
    }

    /// <summary>The bytes; empty once disposed of.</summary>
    public Span<byte> Span => Memory.Span;

    /// <summary>The bytes; empty once disposed of.</summary>
    public Memory<byte> Memory => IsDisposed ? default : _bytes.AsMemory(0, _length);

    private bool IsDisposed { get; set; }

    /// <summary>A buffer of <paramref name="length"/> zero bytes.</summary>
    public static SecretBuffer Allocate(int length) => new(new byte[length], length, isRented: false);

    /// <summary>A buffer of <paramref name="length"/> bytes of any content, from the pool that it goes back to.</summary>
    public static SecretBuffer Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length, isRented: true);

    /// <summary>Takes over an array that nobody else keeps.</summary>
    public static SecretBuffer Own(byte[] bytes) => new(bytes, bytes.Length, isRented: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (IsDisposed)
        {
            return;
        }

        IsDisposed = true;
        CryptographicOperations.ZeroMemory(_bytes.AsSpan(0, _length));
        if (_isRented)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }

    /// <summary>The type's name: the bytes are secret.</summary>
    public override string ToString() => nameof(SecretBuffer);
}
