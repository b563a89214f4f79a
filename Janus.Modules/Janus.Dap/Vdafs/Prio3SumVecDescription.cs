using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>Prio3SumVec: the sum of vectors of numbers up to a maximum, VDAF §7.4.3 (Prio3SumVec).</summary>
public sealed record Prio3SumVecDescription : Prio3VectorDescription
{
    internal Prio3SumVecDescription(int length, ulong maximum, int? chunkLength)
        : base(length, BitsOf(maximum), extraBits: 0, chunkLength) => Maximum = maximum;

    /// <summary>What <see cref="VdafRegistry"/> has of it.</summary>
    internal static VdafEntry Registered { get; } = new(
        decode: configuration =>
        {
            Prio3SumVecConfig sent = WireMessage.Decode<Prio3SumVecConfig>(configuration);
            return new Prio3SumVecDescription(ToInt("length", sent.Length), sent.MaxMeasurement, ToInt("chunkLength", sent.ChunkLength));
        },
        parse: text => new MeasurementEncoding(SumVec(text.Length(0), text.Maximum(1), text.OptionalLength(2))))
    {
        Type = VdafType.Prio3SumVec,
        Name = "Prio3SumVec",
        Keyword = "sumvec",
        ParameterNames = ["LENGTH", MeasurementEncoding.MaximumName, "CHUNK"],
        RequiredParameters = 2,
    };

    /// <summary>The largest element of a measurement.</summary>
    public ulong Maximum { get; }

    /// <inheritdoc/>
    public override VdafEntry Entry => Registered;

    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Parameters => [Length, Maximum, ChunkLength];

    /// <inheritdoc/>
    public override BigInteger MaximumElement => Maximum;

    /// <summary>All elements may differ by the maximum at once.</summary>
    public override Sensitivity? Sensitivity => new Sensitivity((BigInteger)Length * Maximum, (BigInteger)Length * Maximum * Maximum);

    /// <inheritdoc/>
    public override byte[] EncodeConfiguration() => WireMessage.Encode(new Prio3SumVecConfig((uint)Length, Maximum, (uint)ChunkLength));

    /// <inheritdoc/>
    public override Prio3 ToVdaf() => Prio3.SumVec(Length, Maximum, ChunkLength);

    /// <inheritdoc/>
    public override Measurement ReadMeasurement(string text) => Measurement.FromVector(
        [.. MeasurementText.Elements(text, Length).Select(element => MeasurementText.Number(element, Maximum, "maximum"))]);

    /// <inheritdoc/>
    public override Measurement SampleMeasurement(Func<ulong, ulong> upTo)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        ulong[] vector = new ulong[Length];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = upTo(Maximum);
        }

        return Measurement.FromVector(vector);
    }

    /// <inheritdoc/>
    public override void AddInTheClear(Measurement measurement, Span<UInt128> aggregate)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        ReadOnlySpan<ulong> vector = measurement.AsVector(Length);
        for (int i = 0; i < vector.Length; i++)
        {
            aggregate[i] += vector[i];
        }
    }

    private protected override string? FindParameterMistake() => Maximum == 0
        ? $"maxMeasurement {Maximum} is out of range: 1 to {ulong.MaxValue}"
        : base.FindParameterMistake();
}
