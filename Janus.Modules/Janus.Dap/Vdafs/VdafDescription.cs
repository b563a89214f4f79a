using System.Globalization;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// A VDAF with its parameters, in the three forms it has: the <c>vdaf_type</c> and <c>vdaf_configuration</c> of a task
/// (DAP Appendix B, vdaf-configuration-encodings), a short text such as <c>sumvec:10:255:4</c>, and the VDAF itself.
/// </summary>
public sealed record VdafDescription
{
    private const int Field128Length = 16;

    private VdafDescription(VdafType type, int length = 1, ulong maximum = 1, int chunkLength = 1)
    {
        Type = type;
        Length = length;
        Maximum = maximum;
        ChunkLength = chunkLength;
    }

    /// <summary>The VDAF's code point.</summary>
    public VdafType Type { get; }

    /// <summary>The number of elements of a vector, or of buckets of a histogram; otherwise 1.</summary>
    public int Length { get; }

    /// <summary>The largest measurement, the largest element of a vector, or the largest weight; otherwise 1.</summary>
    public ulong Maximum { get; }

    /// <summary>The most that a measurement adds to an element of the aggregate result.</summary>
    public ulong MaximumElement => Type is VdafType.Prio3Sum or VdafType.Prio3SumVec ? Maximum : 1;

    /// <summary>The size of a proof chunk, where the VDAF has chunks; otherwise 1.</summary>
    public int ChunkLength { get; }

    /// <summary>Prio3Count.</summary>
    public static VdafDescription Count() => new(VdafType.Prio3Count);

    /// <summary>Prio3Sum.</summary>
    /// <exception cref="UnsupportedVdafException">The parameter is out of range.</exception>
    public static VdafDescription Sum(ulong maxMeasurement) =>
        Checked(new(VdafType.Prio3Sum, maximum: maxMeasurement));

    /// <summary>Prio3SumVec, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static VdafDescription SumVec(int length, ulong maxMeasurement, int? chunkLength = null) =>
        Checked(new(VdafType.Prio3SumVec, length, maxMeasurement, chunkLength ?? Chunk(length, Bits(maxMeasurement), 0)));

    /// <summary>Prio3Histogram, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static VdafDescription Histogram(int length, int? chunkLength = null) =>
        Checked(new(VdafType.Prio3Histogram, length, 1, chunkLength ?? Chunk(length, 1, 0)));

    /// <summary>Prio3MultihotCountVec, with the chunk length that makes reports shortest unless one is given.</summary>
    /// <exception cref="UnsupportedVdafException">A parameter is out of range.</exception>
    public static VdafDescription MultihotCountVec(int length, ulong maxWeight, int? chunkLength = null) =>
        Checked(new(VdafType.Prio3MultihotCountVec, length, maxWeight, chunkLength ?? Chunk(length, 1, Bits(maxWeight))));

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
    /// Reads a <c>vdaf_type</c> and its <c>vdaf_configuration</c> without making the VDAF, for what a stranger has sent: the
    /// parameters may be out of range, or make a VDAF that takes gigabytes.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The type is not supported, or its configuration is malformed.</exception>
    public static VdafDescription DecodeUnchecked(VdafType type, ReadOnlySpan<byte> configuration)
    {
        try
        {
            switch (type)
            {
                case VdafType.Prio3Count:
                    WireMessage.Decode<Prio3CountConfig>(configuration);
                    return new(VdafType.Prio3Count);
                case VdafType.Prio3Sum:
                    return new(VdafType.Prio3Sum, maximum: WireMessage.Decode<Prio3SumConfig>(configuration).MaxMeasurement);
                case VdafType.Prio3SumVec:
                    Prio3SumVecConfig sumVec = WireMessage.Decode<Prio3SumVecConfig>(configuration);
                    return new(VdafType.Prio3SumVec, ToInt(sumVec.Length), sumVec.MaxMeasurement, ToInt(sumVec.ChunkLength));
                case VdafType.Prio3Histogram:
                    Prio3HistogramConfig histogram = WireMessage.Decode<Prio3HistogramConfig>(configuration);
                    return new(VdafType.Prio3Histogram, ToInt(histogram.Length), chunkLength: ToInt(histogram.ChunkLength));
                case VdafType.Prio3MultihotCountVec:
                    Prio3MultihotCountVecConfig multihot = WireMessage.Decode<Prio3MultihotCountVecConfig>(configuration);
                    return new(VdafType.Prio3MultihotCountVec, ToInt(multihot.Length), multihot.MaxWeight, ToInt(multihot.ChunkLength));
                default:
                    throw new UnsupportedVdafException($"vdaf type {type} (0x{(uint)type:x8}) is not supported");
            }
        }
        catch (DecodeException exception)
        {
            throw new UnsupportedVdafException($"vdaf_configuration of {type}: {Quote.MessageOf(exception)}", exception);
        }
    }

    /// <summary>
    /// Reads <c>count</c>, <c>sum:MAX</c>, <c>sumvec:LENGTH:MAX[:CHUNK]</c>, <c>histogram:LENGTH[:CHUNK]</c> or
    /// <c>multihot:LENGTH:MAXWEIGHT[:CHUNK]</c>; instead of its length, a histogram may have the boundaries of its
    /// buckets, which <see cref="MeasurementEncoding"/> keeps.
    /// </summary>
    /// <exception cref="UnsupportedVdafException">The text is none of these, or a parameter is out of range.</exception>
    public static VdafDescription Parse(string text) => MeasurementEncoding.Parse(text).Vdaf;

    /// <summary>
    /// At least so many bytes has the Leader's input share, the measurement's share and that of the proof, and so large is
    /// what making the VDAF takes. It is computed from the numbers, whether they are in range or not.
    /// </summary>
    public long LeastInputShareLength
    {
        get
        {
            long encoded = Type switch
            {
                VdafType.Prio3SumVec => (long)Length * Bits(Maximum),
                VdafType.Prio3MultihotCountVec => Length + Bits(Maximum),
                VdafType.Prio3Histogram => Length,
                _ => 0,
            };
            if (encoded == 0 || ChunkLength == 0)
            {
                return 0;
            }

            long calls = (encoded + ChunkLength - 1) / ChunkLength;
            long wire = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)calls + 1);
            return (encoded + (2L * ChunkLength) + (2 * (wire - 1)) + 1) * Field128Length;
        }
    }

    /// <summary>The encoded <c>vdaf_configuration</c>.</summary>
    public byte[] EncodeConfiguration() => Type switch
    {
        VdafType.Prio3Count => WireMessage.Encode(default(Prio3CountConfig)),
        VdafType.Prio3Sum => WireMessage.Encode(new Prio3SumConfig(Maximum)),
        VdafType.Prio3SumVec => WireMessage.Encode(new Prio3SumVecConfig((uint)Length, Maximum, (uint)ChunkLength)),
        VdafType.Prio3Histogram => WireMessage.Encode(new Prio3HistogramConfig((uint)Length, (uint)ChunkLength)),
        _ => WireMessage.Encode(new Prio3MultihotCountVecConfig((uint)Length, (uint)ChunkLength, Maximum)),
    };

    /// <summary>The VDAF for two Aggregators; making it is costly, using it is safe for many threads.</summary>
    public Prio3 ToVdaf() => Type switch
    {
        VdafType.Prio3Count => Prio3.Count(),
        VdafType.Prio3Sum => Prio3.Sum(Maximum),
        VdafType.Prio3SumVec => Prio3.SumVec(Length, Maximum, ChunkLength),
        VdafType.Prio3Histogram => Prio3.Histogram(Length, ChunkLength),
        _ => Prio3.MultihotCountVec(Length, checked((int)Maximum), ChunkLength),
    };

    /// <summary>The short text that <see cref="Parse"/> reads, with all parameters.</summary>
    public override string ToString() => Type switch
    {
        VdafType.Prio3Count => "count",
        VdafType.Prio3Sum => string.Create(CultureInfo.InvariantCulture, $"sum:{Maximum}"),
        VdafType.Prio3SumVec => string.Create(CultureInfo.InvariantCulture, $"sumvec:{Length}:{Maximum}:{ChunkLength}"),
        VdafType.Prio3Histogram => string.Create(CultureInfo.InvariantCulture, $"histogram:{Length}:{ChunkLength}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"multihot:{Length}:{Maximum}:{ChunkLength}"),
    };

    private static VdafDescription Checked(VdafDescription description)
    {
        try
        {
            description.ToVdaf();
            return description;
        }
        catch (Exception exception) when (exception is ArgumentException or OverflowException)
        {
            throw new UnsupportedVdafException($"{description}: {Quote.MessageOf(exception)}", exception);
        }
    }

    private static int ToInt(uint value) => value <= int.MaxValue
        ? (int)value
        : throw new UnsupportedVdafException($"a length of {value} is too large");

    private static int Bits(ulong maximum) => 64 - System.Numerics.BitOperations.LeadingZeroCount(maximum);

    // An impossible length is left for the VDAF to refuse, which names the parameter.
    private static int Chunk(int length, int bitsPerElement, int extraBits)
    {
        long encodedLength = ((long)length * bitsPerElement) + extraBits;
        return encodedLength is < 1 or > Prio3.MaximumEncodedLength ? 1 : Prio3.OptimalChunkLength((int)encodedLength);
    }
}
