using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>Prio3Sum: the sum of numbers up to a maximum, VDAF §7.4.2 (Prio3Sum).</summary>
public sealed record Prio3SumDescription : Prio3Description
{
    internal Prio3SumDescription(ulong maximum) => Maximum = maximum;

    /// <summary>What <see cref="VdafRegistry"/> has of it.</summary>
    internal static VdafEntry Registered { get; } = new(
        decode: configuration => new Prio3SumDescription(WireMessage.Decode<Prio3SumConfig>(configuration).MaxMeasurement),
        parse: text => new MeasurementEncoding(Sum(text.Maximum(0))))
    {
        Type = VdafType.Prio3Sum,
        Name = "Prio3Sum",
        Keyword = "sum",
        ParameterNames = [MeasurementEncoding.MaximumName],
        RequiredParameters = 1,
    };

    /// <summary>The largest measurement.</summary>
    public ulong Maximum { get; }

    /// <inheritdoc/>
    public override VdafEntry Entry => Registered;

    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Parameters => [Maximum];

    /// <inheritdoc/>
    public override int Length => 1;

    /// <inheritdoc/>
    public override BigInteger MaximumElement => Maximum;

    /// <summary>Both measurements are in [0, maximum], so they differ by at most that.</summary>
    public override Sensitivity? Sensitivity => new Sensitivity(Maximum, (BigInteger)Maximum * Maximum);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels => ["sum"];

    private protected override Prio3Field Field => Prio3Field.Field64;

    private protected override Prio3Shape Shape => new(ElementSize, BitsOf(Maximum), Arity: 1, BitsOf(Maximum), UsesJointRand: false);

    /// <inheritdoc/>
    public override byte[] EncodeConfiguration() => WireMessage.Encode(new Prio3SumConfig(Maximum));

    /// <inheritdoc/>
    public override Prio3 ToVdaf() => Prio3.Sum(Maximum);

    /// <inheritdoc/>
    public override Measurement ReadMeasurement(string text) =>
        Measurement.FromNumber(MeasurementText.Number(text, Maximum, "maximum"));

    /// <inheritdoc/>
    public override Measurement SampleMeasurement(Func<ulong, ulong> upTo)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        return Measurement.FromNumber(upTo(Maximum));
    }

    /// <inheritdoc/>
    public override void AddInTheClear(Measurement measurement, Span<UInt128> aggregate)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        aggregate[0] += measurement.AsNumber();
    }

    // The weights of the bits add up in the field.
    private protected override string? FindParameterMistake() => Maximum <= long.MaxValue
        ? VdafLimits.OutOfRange("maxMeasurement", (long)Maximum, long.MaxValue)
        : $"maxMeasurement {Maximum} is out of range: 1 to {long.MaxValue}";
}
