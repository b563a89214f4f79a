using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Janus.Vdaf;

/// <summary>Pooled, aligned working memory for secrets: zeroed before it goes back.</summary>
internal readonly ref struct Scratch : IDisposable
{
    private readonly byte[] _buffer;
    private readonly GCHandle _pin;
    private readonly int _start;
    private readonly int _length;

    /// <summary>Rents room for <paramref name="length"/> bytes.</summary>
    public Scratch(long length)
    {
        _length = checked((int)length);
        _buffer = ArrayPool<byte>.Shared.Rent(checked(_length + WorkingMemory.Alignment));

        // Pinned, since an array that moves does not stay aligned.
        _pin = GCHandle.Alloc(_buffer, GCHandleType.Pinned);
        _start = (int)(-_pin.AddrOfPinnedObject() & (WorkingMemory.Alignment - 1));
    }

    /// <summary>All of the memory.</summary>
    public WorkingMemory Memory => new(_buffer.AsSpan(_start, _length));

    /// <summary>Zeroes the memory and gives it back.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(_start, _length));
        _pin.Free();
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
