using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// How large a VDAF may be: what a description of a few bytes can cost whoever reads it. They leave room for a SumVec of 100,000
/// elements of 64 bits, and for more than is worth sending.
/// </summary>
/// <remarks>
/// The three limits on parameters keep all sizes of <see cref="VdafSizes"/> within the other ones: a test holds them against each other.
/// </remarks>
public static class VdafLimits
{
    /// <summary>The most field elements that a measurement may be encoded in: 2^23.</summary>
    public const int MaximumEncodedLength = 1 << 23;

    /// <summary>The longest chunk: 2^18.</summary>
    public const int MaximumChunkLength = 1 << 18;

    /// <summary>The most chunks of a measurement: one less than 2^17.</summary>
    public const int MaximumChunks = (1 << 17) - 1;

    /// <summary>The longest input share, in bytes: the reports that an Aggregator takes by default.</summary>
    public const long MaximumInputShareLength = 192L << 20;

    /// <summary>The longest proof, in bytes.</summary>
    public const long MaximumProofLength = 16L << 20;

    /// <summary>The most memory that making a VDAF and sharding one measurement takes, in bytes.</summary>
    public const long MaximumMemory = 1L << 30;

    /// <summary>Which length of a vector is out of range and what is allowed, or <see langword="null"/>.</summary>
    /// <param name="length">The length that was given.</param>
    /// <param name="bitsPerElement">The field elements for each, at least 1.</param>
    /// <param name="extraBits">The field elements of a measurement beside those.</param>
    /// <param name="chunkLength">The chunk length that was given.</param>
    internal static string? FindMistake(int length, int bitsPerElement, int extraBits, int chunkLength)
    {
        int longest = (MaximumEncodedLength - extraBits) / bitsPerElement;
        if (OutOfRange("length", length, longest) is { } mistake)
        {
            return bitsPerElement == 1 ? mistake : $"{mistake} for elements of {bitsPerElement} bits";
        }

        if (OutOfRange("chunkLength", chunkLength, MaximumChunkLength) is { } chunkMistake)
        {
            return chunkMistake;
        }

        int encoded = (length * bitsPerElement) + extraBits;
        int shortest = ((encoded - 1) / MaximumChunks) + 1;
        return chunkLength >= shortest
            ? null
            : $"chunkLength {chunkLength} is too small for a measurement of {encoded} field elements: expected at least {shortest}, {Prio3.OptimalChunkLength(encoded)} is best";
    }

    /// <summary>A message about a parameter that is below one or above a maximum, or <see langword="null"/>.</summary>
    internal static string? OutOfRange(string name, long value, long maximum) => value >= 1 && value <= maximum
        ? null
        : $"{name} {value} is out of range: 1 to {maximum}";
}
