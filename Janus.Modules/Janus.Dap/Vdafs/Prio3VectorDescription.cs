using System.Globalization;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>A Prio3 whose aggregate result is a vector, and whose proof is made in chunks: VDAF §7.4.3.1 (parallel-sum-chunk-length).</summary>
public abstract record Prio3VectorDescription : Prio3Description
{
    private protected Prio3VectorDescription(int length, int bitsPerElement, int extraBits, int? chunkLength)
    {
        Length = length;
        BitsPerElement = bitsPerElement;
        ExtraBits = extraBits;
        ChunkLength = chunkLength ?? BestChunkLength;
    }

    /// <summary>The number of elements of a vector, or of buckets of a histogram.</summary>
    public sealed override int Length { get; }

    /// <summary>The size of a proof chunk.</summary>
    public int ChunkLength { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels =>
        [.. Enumerable.Range(0, Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];

    private protected int BitsPerElement { get; }

    private protected int ExtraBits { get; }

    private protected sealed override Prio3Field Field => Prio3Field.Field128;

    private protected sealed override Prio3Shape Shape => new(
        ElementSize, EncodedLength, 2L * ChunkLength, (EncodedLength + ChunkLength - 1) / Math.Max(ChunkLength, 1), UsesJointRand: true);

    private protected override string? FindParameterMistake() => VdafLimits.FindMistake(Length, BitsPerElement, ExtraBits, ChunkLength);

    /// <summary>A length that a message has.</summary>
    /// <exception cref="UnsupportedVdafException">It has 32 bits.</exception>
    private protected static int ToInt(string name, uint value) => value <= int.MaxValue
        ? (int)value
        : throw new UnsupportedVdafException($"{name} {value} is out of range");

    private long EncodedLength => ((long)Length * BitsPerElement) + ExtraBits;

    // Any will do for a length that is refused anyway.
    private int BestChunkLength => EncodedLength is >= 1 and <= VdafLimits.MaximumEncodedLength ? Prio3.OptimalChunkLength((int)EncodedLength) : 1;
}
