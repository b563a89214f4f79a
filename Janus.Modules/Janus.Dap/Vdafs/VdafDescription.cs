using System.Globalization;
using System.Numerics;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// A VDAF with its parameters: the <c>vdaf_type</c> and <c>vdaf_configuration</c> of a task (DAP Appendix B,
/// vdaf-configuration-encodings), a short text such as <c>sumvec:10:255:4</c>, and everything that follows from the numbers
/// without making the VDAF itself, which is costly.
/// </summary>
public abstract record VdafDescription
{
    private protected VdafDescription()
    {
    }

    /// <summary>The VDAF without its parameters.</summary>
    public abstract VdafEntry Entry { get; }

    /// <summary>The VDAF's code point.</summary>
    public VdafType Type => Entry.Type;

    /// <summary>The parameters in the order of <see cref="VdafEntry.ParameterNames"/>.</summary>
    public abstract IReadOnlyList<BigInteger> Parameters { get; }

    /// <summary>The number of elements of the aggregate result.</summary>
    public abstract int Length { get; }

    /// <summary>The most that a measurement adds to an element of the aggregate result.</summary>
    public abstract BigInteger MaximumElement { get; }

    /// <summary>The modulus of the field in which aggregate shares are added up.</summary>
    public abstract BigInteger Modulus { get; }

    /// <summary>The length of the verification key, in bytes.</summary>
    public abstract int VerifyKeySize { get; }

    /// <summary>The sizes, whether the parameters are in range or not.</summary>
    public abstract VdafSizes Sizes { get; }

    /// <summary>How far apart the aggregate results of neighbours can be, or <see langword="null"/>: then there is no noise for the VDAF.</summary>
    public abstract Sensitivity? Sensitivity { get; }

    /// <summary>A name for every element of the aggregate result.</summary>
    public abstract IReadOnlyList<string> Labels { get; }

    /// <summary>Prio3Count.</summary>
    public static Prio3CountDescription Count() => new();

    /// <summary>Prio3Sum.</summary>
    /// <exception cref="UnsupportedVdafException">The parameter is out of range.</exception>
    public static Prio3SumDescription Sum(ulong maxMeasurement) => Checked(new Prio3SumDescription(maxMeasurement));

    /// <summary>Prio3SumVec, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static Prio3SumVecDescription SumVec(int length, ulong maxMeasurement, int? chunkLength = null) =>
        Checked(new Prio3SumVecDescription(length, maxMeasurement, chunkLength));

    /// <summary>Prio3Histogram, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static Prio3HistogramDescription Histogram(int length, int? chunkLength = null) =>
        Checked(new Prio3HistogramDescription(length, chunkLength));

    /// <summary>Prio3MultihotCountVec, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static Prio3MultihotCountVecDescription MultihotCountVec(int length, ulong maxWeight, int? chunkLength = null) =>
        Checked(new Prio3MultihotCountVecDescription(length, maxWeight, chunkLength));

    /// <summary>Reads a task's VDAF.</summary>
    /// <exception cref="UnsupportedVdafException">
    /// The type is not supported, or its configuration is malformed or out of range.
    /// </exception>
    public static VdafDescription Of(TaskConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return Decode(configuration.VdafType, configuration.VdafConfiguration.Span);
    }

    /// <summary>Reads a <c>vdaf_type</c> and its <c>vdaf_configuration</c>.</summary>
    /// <exception cref="UnsupportedVdafException">
    /// The type is not supported, or its configuration is malformed or out of range.
    /// </exception>
    public static VdafDescription Decode(VdafType type, ReadOnlySpan<byte> configuration) => Checked(DecodeUnchecked(type, configuration));

    /// <summary>
    /// Reads a <c>vdaf_type</c> and its <c>vdaf_configuration</c>, whose numbers may be out of range: see
    /// <see cref="FindMistake"/>.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The type is not supported, or its configuration is malformed.</exception>
    public static VdafDescription DecodeUnchecked(VdafType type, ReadOnlySpan<byte> configuration)
    {
        VdafEntry entry = VdafRegistry.Find(type)
            ?? throw new UnsupportedVdafException($"vdaf type {type} (0x{(uint)type:x8}) is not supported");
        return entry.Decode(configuration);
    }

    /// <summary>
    /// Reads one of the texts of <see cref="VdafRegistry"/>, such as <c>sumvec:LENGTH:MAX[:CHUNK]</c>; instead of its length, a
    /// histogram may have the boundaries of its buckets, which <see cref="MeasurementEncoding"/> keeps.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The text is none of these, or a parameter is out of range.</exception>
    public static VdafDescription Parse(string text) => MeasurementEncoding.Parse(text).Vdaf;

    /// <summary>Which parameter is out of range and what is allowed, or <see langword="null"/>: see <see cref="VdafLimits"/>.</summary>
    public string? FindMistake() => FindParameterMistake() is { } mistake ? $"{this}: {mistake}" : null;

    /// <summary>Whether measurements and results are those of another VDAF, which may differ in how it proves them.</summary>
    public bool HasSameMeasurements(VdafDescription other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Type == other.Type && Parameters.Take(Entry.RequiredParameters).SequenceEqual(other.Parameters.Take(Entry.RequiredParameters));
    }

    /// <summary>The encoded <c>vdaf_configuration</c>.</summary>
    public abstract byte[] EncodeConfiguration();

    /// <summary>The VDAF for two Aggregators; making it is costly, using it is safe for many threads.</summary>
    public abstract IVdaf ToVdaf();

    /// <summary>Reads a measurement that somebody has written.</summary>
    /// <exception cref="FormatException">The VDAF has no such measurement; the message tells why.</exception>
    public abstract Measurement ReadMeasurement(string text);

    /// <summary>Makes up a measurement.</summary>
    /// <param name="upTo">Gives a number from zero to the one that it gets.</param>
    public abstract Measurement SampleMeasurement(Func<ulong, ulong> upTo);

    /// <summary>Adds a measurement to an aggregate result, without the VDAF: what the private result has to equal.</summary>
    /// <param name="measurement">A measurement that the VDAF accepts.</param>
    /// <param name="aggregate">The <see cref="Length"/> elements of the result.</param>
    public abstract void AddInTheClear(Measurement measurement, Span<UInt128> aggregate);

    /// <summary>The short text that <see cref="Parse"/> reads, with all parameters.</summary>
    public sealed override string ToString() => string.Join(
        MeasurementEncoding.ParameterSeparator,
        [Entry.Keyword, .. Parameters.Select(parameter => parameter.ToString(CultureInfo.InvariantCulture))]);

    /// <summary>A message without the VDAF itself, or <see langword="null"/>. Nothing is allocated in proportion to a parameter.</summary>
    private protected abstract string? FindParameterMistake();

    private static T Checked<T>(T description)
        where T : VdafDescription =>
        description.FindMistake() is { } mistake ? throw new UnsupportedVdafException(mistake) : description;
}
