using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Janus.Vdaf;

namespace Janus.Benchmarks.Vdaf;

/// <summary>A buffer that begins where the working memory of a VDAF would.</summary>
/// <typeparam name="T">The elements.</typeparam>
internal sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private readonly byte[] _bytes;
    private readonly int _start;
    private readonly int _length;

    /// <summary>Allocates zeros.</summary>
    public AlignedBuffer(long length)
    {
        _length = checked((int)length * Unsafe.SizeOf<T>());
        _bytes = GC.AllocateArray<byte>(_length + WorkingMemory.Alignment, pinned: true);
        _start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0) & (WorkingMemory.Alignment - 1));
    }

    /// <summary>The elements.</summary>
    public Span<T> Span => MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_start, _length));
}
