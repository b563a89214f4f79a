using System.Globalization;
using Janus.Codec;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// Turns what people write, such as the cell of a table, into a measurement of a VDAF, and names the elements of the
/// aggregate result.
/// </summary>
/// <remarks>
/// The boundaries b₀ &lt; b₁ &lt; … &lt; bₙ of a histogram make n + 2 buckets: everything below b₀, each
/// [bᵢ, bᵢ₊₁), and everything from bₙ on. They are agreed on outside of DAP, which only knows how many buckets there are.
/// </remarks>
public sealed class MeasurementEncoding
{
    /// <summary>Separates the parameters of the text form of a VDAF.</summary>
    internal const char ParameterSeparator = ':';

    /// <summary>The name of the parameter that is the largest number of a measurement.</summary>
    internal const string MaximumName = "MAX";

    private readonly HistogramBoundaries? _boundaries;

    /// <summary>The encoding for a VDAF; a histogram takes the number of the bucket, counted from zero.</summary>
    public MeasurementEncoding(VdafDescription vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        Vdaf = vdaf;
    }

    /// <summary>The encoding for a histogram with boundaries.</summary>
    /// <exception cref="ArgumentException">
    /// The VDAF is not a histogram with one bucket more than there are boundaries, or they are not strictly increasing.
    /// </exception>
    public MeasurementEncoding(VdafDescription vdaf, IReadOnlyList<decimal> boundaries)
        : this(vdaf, new HistogramBoundaries(boundaries))
    {
    }

    internal MeasurementEncoding(VdafDescription vdaf, HistogramBoundaries boundaries)
        : this(vdaf)
    {
        if (vdaf is not Prio3HistogramDescription || vdaf.Length != boundaries.Buckets)
        {
            throw new ArgumentException(
                $"expected a histogram of {boundaries.Buckets} buckets for {boundaries.All.Count} boundaries, got {vdaf}", nameof(vdaf));
        }

        _boundaries = boundaries;
    }

    /// <summary>The VDAF.</summary>
    public VdafDescription Vdaf { get; }

    /// <summary>The boundaries between the buckets of a histogram; none when buckets are given by number.</summary>
    public IReadOnlyList<decimal> Boundaries => _boundaries?.All ?? [];

    /// <summary>A name for every element of the aggregate result, such as <c>[50, 60)</c>.</summary>
    public IReadOnlyList<string> Labels => _boundaries?.Labels ?? Vdaf.Labels;

    /// <summary>
    /// Reads a VDAF as <see cref="VdafDescription.Parse"/> does, and the boundaries of a histogram:
    /// <c>histogram:0,50,60[:CHUNK]</c>.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The text is not a VDAF, or a parameter is out of range.</exception>
    public static MeasurementEncoding Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Trim().Split(ParameterSeparator);
        string[] parameters = parts[1..];
        return VdafRegistry.FindKeyword(parts[0]) is { } entry && entry.Takes(parameters.Length)
            ? entry.Parse(text, parameters)
            : throw new UnsupportedVdafException($"{Quote.Of(text)}: expected {Known()}{Spelling.Suggestion(parts[0], VdafRegistry.All.Select(known => known.Keyword))}");
    }

    /// <summary>Reads one measurement; the elements of a vector are separated by semicolons or spaces.</summary>
    /// <exception cref="FormatException">The VDAF has no such measurement; the message tells why.</exception>
    public Measurement Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return _boundaries is null ? Vdaf.ReadMeasurement(trimmed) : Measurement.FromNumber((ulong)_boundaries.BucketOf(trimmed));
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => _boundaries is null
        ? Vdaf.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"{Vdaf.Entry.Keyword}:{_boundaries}:{Vdaf.Parameters[^1]}");

    private static string Known()
    {
        string[] all = [.. VdafRegistry.All.SelectMany(entry => new[] { entry.Syntax, entry.OtherSyntax }).OfType<string>()];
        return $"{string.Join(", ", all[..^1])} or {all[^1]}";
    }
}
