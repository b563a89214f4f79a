using System.Numerics;
using System.Security.Cryptography;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>Uniform numbers from bytes of <see cref="RandomNumberGenerator"/>, exactly: what is out of range is drawn again.</summary>
/// <remarks>Not safe for concurrent use. Bytes are fetched in blocks, and each is cleared once it is used.</remarks>
public sealed class CryptographicUniformSource : IUniformSource, IDisposable
{
    private const int BlockLength = 4096;
    private const int BitsPerByte = 8;

    private readonly Action<Span<byte>> _fill;
    private readonly byte[] _block = new byte[BlockLength];
    private int _used = BlockLength;

    /// <summary>Draws from the operating system's generator.</summary>
    public CryptographicUniformSource()
        : this(RandomNumberGenerator.Fill)
    {
    }

    /// <summary>Draws from bytes of the caller's: for tests.</summary>
    internal CryptographicUniformSource(Action<Span<byte>> fill) => _fill = fill;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public BigInteger NextBelow(BigInteger bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(bound, BigInteger.Zero);
        int bits = checked((int)(bound - 1).GetBitLength());
        return bits == 0 ? BigInteger.Zero
            : bits <= 64 ? NextBelow((ulong)(bound - 1), bits)
            : NextBelow(bound, bits);
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_block);

    private ulong NextBelow(ulong largest, int bits)
    {
        int length = (bits + BitsPerByte - 1) / BitsPerByte;
        ulong mask = ulong.MaxValue >> (64 - bits);
        while (true)
        {
            ulong number = 0;
            foreach (byte value in Take(length))
            {
                number = (number << BitsPerByte) | value;
            }

            Release(length);
            number &= mask;
            if (number <= largest)
            {
                return number;
            }
        }
    }

    private BigInteger NextBelow(BigInteger bound, int bits)
    {
        int length = (bits + BitsPerByte - 1) / BitsPerByte;
        BigInteger mask = (BigInteger.One << bits) - 1;
        while (true)
        {
            BigInteger number = new BigInteger(Take(length), isUnsigned: true) & mask;
            Release(length);
            if (number < bound)
            {
                return number;
            }
        }
    }

    // Bounds of more than a block do not occur: they would have 32,768 bits.
    private Span<byte> Take(int length)
    {
        if (BlockLength - _used < length)
        {
            _fill(_block);
            _used = 0;
        }

        return _block.AsSpan(_used, length);
    }

    private void Release(int length)
    {
        _block.AsSpan(_used, length).Clear();
        _used += length;
    }
}
