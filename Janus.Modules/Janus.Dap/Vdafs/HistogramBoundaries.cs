using System.Globalization;

using Janus.Codec;

namespace Janus.Dap;

/// <summary>
/// The boundaries b₀ &lt; b₁ &lt; … &lt; bₙ of a histogram's n + 2 buckets: everything below b₀, each [bᵢ, bᵢ₊₁), and everything
/// from bₙ on. They are agreed on outside of DAP, which only knows how many buckets there are.
/// </summary>
internal sealed class HistogramBoundaries
{
    private const char Separator = ',';

    private readonly decimal[] _boundaries;

    /// <exception cref="ArgumentException">There are none, or they are not strictly increasing.</exception>
    public HistogramBoundaries(IReadOnlyList<decimal> boundaries)
    {
        if (boundaries.Count == 0 || boundaries.Zip(boundaries.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentException("expected boundaries in strictly increasing order", nameof(boundaries));
        }

        _boundaries = [.. boundaries];
    }

    /// <summary>The boundaries.</summary>
    public IReadOnlyList<decimal> All => _boundaries;

    /// <summary>The number of buckets.</summary>
    public int Buckets => _boundaries.Length + 1;

    /// <summary>A name for every bucket, such as <c>[50, 60)</c>.</summary>
    public IReadOnlyList<string> Labels => [.. Enumerable.Range(0, Buckets).Select(LabelOf)];

    /// <summary>Reads the first parameter as boundaries, or tells by <see langword="null"/> that it is a number of buckets.</summary>
    /// <exception cref="UnsupportedVdafException">A boundary is no number, or they are not strictly increasing.</exception>
    public static HistogramBoundaries? Parse(VdafText text)
    {
        if (!text.Parameters[0].Contains(Separator, StringComparison.Ordinal))
        {
            return null;
        }

        decimal[] boundaries = [.. text.Parameters[0].Split(Separator).Select(part => MeasurementText.TryDecimal(part, out decimal boundary)
            ? boundary
            : throw new UnsupportedVdafException($"{Quote.Of(text.Text)}: expected a number as a boundary, got {Quote.Of(part.Trim())}"))];
        try
        {
            return new HistogramBoundaries(boundaries);
        }
        catch (ArgumentException exception)
        {
            throw new UnsupportedVdafException($"{Quote.Of(text.Text)}: expected boundaries in strictly increasing order", exception);
        }
    }

    /// <summary>The bucket of a number that somebody has written.</summary>
    /// <exception cref="FormatException">The text is no number.</exception>
    public int BucketOf(string text)
    {
        if (!MeasurementText.TryDecimal(text, out decimal value))
        {
            throw new FormatException($"expected a number, got {Quote.Of(text)}");
        }

        int bucket = 0;
        while (bucket < _boundaries.Length && value >= _boundaries[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    /// <summary>The boundaries as <see cref="Parse"/> reads them.</summary>
    public override string ToString() => string.Join(Separator, _boundaries.Select(Format));

    private string LabelOf(int bucket)
    {
        if (bucket == 0)
        {
            return $"below {Format(_boundaries[0])}";
        }

        return bucket == _boundaries.Length
            ? $"{Format(_boundaries[^1])} and above"
            : $"[{Format(_boundaries[bucket - 1])}, {Format(_boundaries[bucket])})";
    }

    private static string Format(decimal number) => number.ToString(CultureInfo.InvariantCulture);
}
