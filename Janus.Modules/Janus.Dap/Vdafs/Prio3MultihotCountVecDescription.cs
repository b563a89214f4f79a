using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>
/// Prio3MultihotCountVec: per position, the ones in bit vectors with a bounded number of ones, VDAF §7.4.5
/// (Prio3MultihotCountVec).
/// </summary>
public sealed record Prio3MultihotCountVecDescription : Prio3VectorDescription
{
    internal Prio3MultihotCountVecDescription(int length, ulong maximumWeight, int? chunkLength)
        : base(length, bitsPerElement: 1, BitsOf(maximumWeight), chunkLength) => MaximumWeight = maximumWeight;

    /// <summary>What <see cref="VdafRegistry"/> has of it.</summary>
    internal static VdafEntry Registered { get; } = new(
        decode: configuration =>
        {
            Prio3MultihotCountVecConfig sent = WireMessage.Decode<Prio3MultihotCountVecConfig>(configuration);
            return new Prio3MultihotCountVecDescription(ToInt("length", sent.Length), sent.MaxWeight, ToInt("chunkLength", sent.ChunkLength));
        },
        parse: text => new MeasurementEncoding(MultihotCountVec(text.Length(0), text.Maximum(1), text.OptionalLength(2))))
    {
        Type = VdafType.Prio3MultihotCountVec,
        Name = "Prio3MultihotCountVec",
        Keyword = "multihot",
        ParameterNames = ["LENGTH", "MAXWEIGHT", "CHUNK"],
        RequiredParameters = 2,
    };

    /// <summary>The most ones of a measurement.</summary>
    public ulong MaximumWeight { get; }

    /// <inheritdoc/>
    public override VdafEntry Entry => Registered;

    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Parameters => [Length, MaximumWeight, ChunkLength];

    /// <inheritdoc/>
    public override BigInteger MaximumElement => BigInteger.One;

    /// <summary>
    /// Two sets of at most w of n positions: where one has a position and the other has not, there is a difference of 1, which
    /// is its own square. There are no more such positions than both have members, nor than n.
    /// </summary>
    public override Sensitivity? Sensitivity
    {
        get
        {
            BigInteger differences = BigInteger.Min(2 * (BigInteger)MaximumWeight, Length);
            return new Sensitivity(differences, differences);
        }
    }

    /// <inheritdoc/>
    public override byte[] EncodeConfiguration() =>
        WireMessage.Encode(new Prio3MultihotCountVecConfig((uint)Length, (uint)ChunkLength, MaximumWeight));

    /// <inheritdoc/>
    public override Prio3 ToVdaf() => Prio3.MultihotCountVec(Length, checked((int)MaximumWeight), ChunkLength);

    /// <inheritdoc/>
    public override Measurement ReadMeasurement(string text)
    {
        ulong[] bits = [.. MeasurementText.Elements(text, Length).Select(MeasurementText.Bit)];
        ulong weight = (ulong)bits.Count(bit => bit == 1);
        return weight <= MaximumWeight
            ? Measurement.FromVector(bits)
            : throw new FormatException($"{weight} ones are above the maximum weight {MaximumWeight}");
    }

    /// <summary>Makes up a measurement: from no ones to as many as there may be, all in a row.</summary>
    /// <param name="upTo">Gives a number from zero to the one that it gets.</param>
    public override Measurement SampleMeasurement(Func<ulong, ulong> upTo)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        ulong[] bits = new ulong[Length];
        ulong weight = upTo(MaximumWeight);
        ulong first = upTo((ulong)Length - 1);
        for (ulong i = 0; i < weight; i++)
        {
            bits[(first + i) % (ulong)Length] = 1;
        }

        return Measurement.FromVector(bits);
    }

    /// <inheritdoc/>
    public override void AddInTheClear(Measurement measurement, Span<UInt128> aggregate)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        ReadOnlySpan<ulong> bits = measurement.AsVector(Length);
        for (int i = 0; i < bits.Length; i++)
        {
            aggregate[i] += bits[i];
        }
    }

    private protected override string? FindParameterMistake() => base.FindParameterMistake()
        ?? (MaximumWeight >= 1 && MaximumWeight <= (ulong)Length
            ? null
            : $"maxWeight {MaximumWeight} is out of range: 1 to the length {Length}");
}
