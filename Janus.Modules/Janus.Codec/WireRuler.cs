using System.Buffers;

namespace Janus.Codec;

/// <summary>
/// Finds how long an element is from its length prefixes alone, over bytes that may still be arriving.
/// Once bytes are missing, every further step does nothing.
/// </summary>
public ref struct WireRuler
{
    private SequenceReader<byte> _reader;

    /// <summary>Starts measuring at the first byte of <paramref name="buffer"/>.</summary>
    public WireRuler(ReadOnlySequence<byte> buffer) => _reader = new SequenceReader<byte>(buffer);

    /// <summary>
    /// The length of the element in bytes when <see cref="IsComplete"/>; otherwise how many bytes are
    /// needed at least before measuring again can get any further.
    /// </summary>
    public long Length { get; private set; }

    /// <summary>Whether all bytes that were stepped over are in the buffer.</summary>
    public readonly bool IsComplete => Length <= _reader.Length;

    /// <summary>Steps over <paramref name="length"/> bytes.</summary>
    public void SkipFixed(long length)
    {
        if (!IsComplete)
        {
            return;
        }

        Length += length;
        if (IsComplete)
        {
            _reader.Advance(length);
        }
    }

    /// <summary>Reads one byte that decides how the element goes on; 0 when it has not arrived.</summary>
    public byte ReadUInt8() => (byte)ReadCount(1);

    /// <summary>Steps over <c>opaque field&lt;0..2^16-1&gt;</c>.</summary>
    public void SkipOpaque16() => SkipFixed(ReadCount(2));

    /// <summary>Steps over <c>opaque field&lt;0..2^32-1&gt;</c>.</summary>
    public void SkipOpaque32() => SkipFixed(ReadCount(4));

    private long ReadCount(int width)
    {
        if (!IsComplete)
        {
            return 0;
        }

        Length += width;
        if (!IsComplete)
        {
            return 0;
        }

        long count = 0;
        for (int i = 0; i < width; i++)
        {
            _reader.TryRead(out byte octet);
            count = (count << 8) | octet;
        }

        return count;
    }
}
