using System.Globalization;
using Janus.Codec;
using Janus.Messages;
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
    private const char ParameterSeparator = ':';
    private const char BoundarySeparator = ',';
    private static readonly char[] ElementSeparators = [';', ' '];

    /// <summary>The encoding for a VDAF; a histogram takes the number of the bucket, counted from zero.</summary>
    public MeasurementEncoding(VdafDescription vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        Vdaf = vdaf;
        Boundaries = [];
    }

    /// <summary>The encoding for a histogram with boundaries.</summary>
    /// <exception cref="ArgumentException">
    /// The VDAF is not a histogram with one bucket more than there are boundaries, or they are not strictly increasing.
    /// </exception>
    public MeasurementEncoding(VdafDescription vdaf, IReadOnlyList<decimal> boundaries)
        : this(vdaf)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        if (vdaf.Type != VdafType.Prio3Histogram || vdaf.Length != boundaries.Count + 1 || boundaries.Count == 0)
        {
            throw new ArgumentException(
                $"a histogram of {boundaries.Count + 1} buckets expected for {boundaries.Count} boundaries, {vdaf} given", nameof(vdaf));
        }

        if (boundaries.Zip(boundaries.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw new ArgumentException("boundaries in strictly increasing order expected", nameof(boundaries));
        }

        Boundaries = [.. boundaries];
    }

    /// <summary>The VDAF.</summary>
    public VdafDescription Vdaf { get; }

    /// <summary>The boundaries between the buckets of a histogram; none when buckets are given by number.</summary>
    public IReadOnlyList<decimal> Boundaries { get; }

    /// <summary>A name for every element of the aggregate result, such as <c>[50, 60)</c>.</summary>
    public IReadOnlyList<string> Labels => Vdaf.Type switch
    {
        VdafType.Prio3Count => ["count"],
        VdafType.Prio3Sum => ["sum"],
        _ when Boundaries.Count > 0 => [.. Enumerable.Range(0, Vdaf.Length).Select(LabelOf)],
        _ => [.. Enumerable.Range(0, Vdaf.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))],
    };

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
        return (parts[0].ToUpperInvariant(), parameters.Length) switch
        {
            ("COUNT", 0) => new(VdafDescription.Count()),
            ("SUM", 1) => new(VdafDescription.Sum(Maximum(text, parameters[0]))),
            ("SUMVEC", 2 or 3) => new(VdafDescription.SumVec(
                Length(text, parameters[0]), Maximum(text, parameters[1]), Chunk(text, parameters, 2))),
            ("MULTIHOT", 2 or 3) => new(VdafDescription.MultihotCountVec(
                Length(text, parameters[0]), Maximum(text, parameters[1]), Chunk(text, parameters, 2))),
            ("HISTOGRAM", 1 or 2) when parameters[0].Contains(BoundarySeparator, StringComparison.Ordinal) =>
                WithBoundaries(text, parameters),
            ("HISTOGRAM", 1 or 2) => new(VdafDescription.Histogram(Length(text, parameters[0]), Chunk(text, parameters, 1))),
            _ => throw new UnsupportedVdafException(
                $"{Quote.Of(text)}: count, sum:MAX, sumvec:LENGTH:MAX[:CHUNK], multihot:LENGTH:MAXWEIGHT[:CHUNK], "
                + "histogram:LENGTH[:CHUNK] or histogram:BOUNDARY,BOUNDARY,…[:CHUNK] expected"),
        };
    }

    /// <summary>Reads one measurement; the elements of a vector are separated by semicolons or spaces.</summary>
    /// <exception cref="FormatException">The VDAF has no such measurement; the message tells why.</exception>
    public Measurement Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return Vdaf.Type switch
        {
            VdafType.Prio3Count => Measurement.FromNumber(Bit(trimmed)),
            VdafType.Prio3Sum => Measurement.FromNumber(Number(trimmed, Vdaf.Maximum, "maximum")),
            VdafType.Prio3Histogram when Boundaries.Count > 0 => Measurement.FromNumber((ulong)BucketOf(trimmed)),
            VdafType.Prio3Histogram => Measurement.FromNumber(Number(trimmed, (ulong)Vdaf.Length - 1, "last bucket")),
            _ => Measurement.FromVector(Vector(trimmed)),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Boundaries.Count == 0
        ? Vdaf.ToString()
        : string.Create(CultureInfo.InvariantCulture, $"histogram:{string.Join(BoundarySeparator, Boundaries.Select(Format))}:{Vdaf.ChunkLength}");

    private static MeasurementEncoding WithBoundaries(string text, string[] parameters)
    {
        decimal[] boundaries = [.. parameters[0].Split(BoundarySeparator).Select(part =>
            TryDecimal(part, out decimal boundary)
                ? boundary
                : throw new UnsupportedVdafException($"{Quote.Of(text)}: a number expected as a boundary, {Quote.Of(part.Trim())} given"))];
        VdafDescription vdaf = VdafDescription.Histogram(boundaries.Length + 1, Chunk(text, parameters, 1));
        try
        {
            return new MeasurementEncoding(vdaf, boundaries);
        }
        catch (ArgumentException exception)
        {
            throw new UnsupportedVdafException($"{Quote.Of(text)}: boundaries in strictly increasing order expected", exception);
        }
    }

    private static int Length(string text, string part) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : throw new UnsupportedVdafException($"{Quote.Of(text)}: a length expected, {Quote.Of(part)} given");

    private static ulong Maximum(string text, string part) =>
        ulong.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out ulong maximum)
            ? maximum
            : throw new UnsupportedVdafException($"{Quote.Of(text)}: a maximum expected, {Quote.Of(part)} given");

    private static int? Chunk(string text, string[] parameters, int index) =>
        index < parameters.Length ? Length(text, parameters[index]) : null;

    private static ulong Bit(string text) => text.ToUpperInvariant() switch
    {
        "1" or "TRUE" => 1,
        "0" or "FALSE" => 0,
        _ => throw new FormatException($"0, 1, true or false expected, {Quote.Of(text)} given"),
    };

    private static ulong Number(string text, ulong maximum, string nameOfMaximum)
    {
        if (text.Length == 0 || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw new FormatException($"a whole number from 0 to {maximum} expected, {Quote.Of(text)} given");
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) && number <= maximum
            ? number
            : throw new FormatException($"{Quote.Line(text)} is above the {nameOfMaximum} {maximum}");
    }

    private static bool TryDecimal(string text, out decimal number) => decimal.TryParse(
        text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);

    private static string Format(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private ulong[] Vector(string text)
    {
        string[] elements = text.Split(ElementSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (elements.Length != Vdaf.Length)
        {
            throw new FormatException($"{Vdaf.Length} elements expected, {elements.Length} given");
        }

        if (Vdaf.Type == VdafType.Prio3SumVec)
        {
            return [.. elements.Select(element => Number(element, Vdaf.Maximum, "maximum"))];
        }

        ulong[] bits = [.. elements.Select(Bit)];
        ulong weight = (ulong)bits.Count(bit => bit == 1);
        return weight <= Vdaf.Maximum
            ? bits
            : throw new FormatException($"{weight} ones are above the maximum weight {Vdaf.Maximum}");
    }

    private int BucketOf(string text)
    {
        if (!TryDecimal(text, out decimal value))
        {
            throw new FormatException($"a number expected, {Quote.Of(text)} given");
        }

        int bucket = 0;
        while (bucket < Boundaries.Count && value >= Boundaries[bucket])
        {
            bucket++;
        }

        return bucket;
    }

    private string LabelOf(int bucket)
    {
        if (bucket == 0)
        {
            return $"below {Format(Boundaries[0])}";
        }

        return bucket == Boundaries.Count
            ? $"{Format(Boundaries[^1])} and above"
            : $"[{Format(Boundaries[bucket - 1])}, {Format(Boundaries[bucket])})";
    }
}
