using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>Prio3Histogram: how often each bucket was chosen, VDAF §7.4.4 (Prio3Histogram).</summary>
public sealed record Prio3HistogramDescription : Prio3VectorDescription
{
    internal Prio3HistogramDescription(int length, int? chunkLength)
        : base(length, bitsPerElement: 1, extraBits: 0, chunkLength)
    {
    }

    /// <summary>What <see cref="VdafRegistry"/> has of it.</summary>
    internal static VdafEntry Registered { get; } = new(
        decode: configuration =>
        {
            Prio3HistogramConfig sent = WireMessage.Decode<Prio3HistogramConfig>(configuration);
            return new Prio3HistogramDescription(ToInt("length", sent.Length), ToInt("chunkLength", sent.ChunkLength));
        },
        parse: text => HistogramBoundaries.Parse(text) is { } boundaries
            ? new MeasurementEncoding(Histogram(boundaries.Buckets, text.OptionalLength(1)), boundaries)
            : new MeasurementEncoding(Histogram(text.Length(0), text.OptionalLength(1))))
    {
        Type = VdafType.Prio3Histogram,
        Name = "Prio3Histogram",
        Keyword = "histogram",
        ParameterNames = ["LENGTH", "CHUNK"],
        RequiredParameters = 1,
        OtherSyntax = "histogram:BOUNDARY,BOUNDARY,…[:CHUNK]",
    };

    /// <inheritdoc/>
    public override VdafEntry Entry => Registered;

    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Parameters => [Length, ChunkLength];

    /// <inheritdoc/>
    public override BigInteger MaximumElement => BigInteger.One;

    /// <summary>One bucket loses the report and another gets it: two differences of 1.</summary>
    public override Sensitivity? Sensitivity => new Sensitivity(2, 2);

    /// <inheritdoc/>
    public override byte[] EncodeConfiguration() => WireMessage.Encode(new Prio3HistogramConfig((uint)Length, (uint)ChunkLength));

    /// <inheritdoc/>
    public override Prio3 ToVdaf() => Prio3.Histogram(Length, ChunkLength);

    /// <summary>Reads the number of a bucket, counted from zero.</summary>
    /// <exception cref="FormatException">There is no such bucket.</exception>
    public override Measurement ReadMeasurement(string text) =>
        Measurement.FromNumber(MeasurementText.Number(text, (ulong)Length - 1, "last bucket"));

    /// <inheritdoc/>
    public override Measurement SampleMeasurement(Func<ulong, ulong> upTo)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        return Measurement.FromNumber(upTo((ulong)Length - 1));
    }

    /// <inheritdoc/>
    public override void AddInTheClear(Measurement measurement, Span<UInt128> aggregate)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        aggregate[(int)measurement.AsNumber()]++;
    }
}
