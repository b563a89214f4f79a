namespace Janus.Vdaf.Xof;

/// <summary>
/// How the message begins that XofTurboShake128 absorbs: the length of the domain separation tag, the tag, the length of
/// the seed if it is there, and the seed. The binder follows.
/// </summary>
/// <param name="SeedSize">The length of a seed, in bytes.</param>
/// <param name="DstLengthSize">The bytes that tell the length of the domain separation tag, little-endian.</param>
/// <param name="HasSeedLength">Whether a byte before the seed tells its length.</param>
internal readonly record struct XofLayout(int SeedSize, int DstLengthSize, bool HasSeedLength)
{
    /// <summary>The longest <see cref="DstLengthSize"/>.</summary>
    public const int MaximumDstLengthSize = 2;

    /// <summary>The longest domain separation tag, in bytes.</summary>
    public int MaximumDstLength => (1 << (8 * DstLengthSize)) - 1;

    /// <summary>Encodes the length of a domain separation tag, and returns the part of the buffer that it takes.</summary>
    public ReadOnlySpan<byte> WriteDstLength(Span<byte> buffer, int dstLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dstLength, MaximumDstLength);
        for (int i = 0; i < DstLengthSize; i++)
        {
            buffer[i] = (byte)(dstLength >> (8 * i));
        }

        return buffer[..DstLengthSize];
    }
}
