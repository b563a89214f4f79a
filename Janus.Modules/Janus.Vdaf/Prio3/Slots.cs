namespace Janus.Vdaf;

/// <summary>Equally spaced parts of a buffer, one for each report of a batch.</summary>
internal readonly ref struct Slots
{
    private readonly Span<byte> _buffer;
    private readonly int _stride;
    private readonly int _offset;
    private readonly int _length;

    /// <summary>Slot i is <paramref name="length"/> bytes at i·stride + offset.</summary>
    public Slots(Span<byte> buffer, int stride, int offset, int length)
    {
        _buffer = buffer;
        _stride = stride;
        _offset = offset;
        _length = length;
    }

    /// <summary>Adjacent slots.</summary>
    public Slots(Span<byte> buffer, int length)
        : this(buffer, length, 0, length)
    {
    }

    /// <summary>The slot of report <paramref name="index"/>.</summary>
    public Span<byte> this[int index] => _buffer.Slice((index * _stride) + _offset, _length);
}
