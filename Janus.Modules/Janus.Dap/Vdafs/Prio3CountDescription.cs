using System.Numerics;
using Janus.Codec;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Dap;

/// <summary>Prio3Count: how many of the measurements are one, VDAF §7.4.1 (Prio3Count).</summary>
public sealed record Prio3CountDescription : Prio3Description
{
    internal Prio3CountDescription()
    {
    }

    /// <summary>What <see cref="VdafRegistry"/> has of it.</summary>
    internal static VdafEntry Registered { get; } = new(
        decode: configuration =>
        {
            WireMessage.Decode<Prio3CountConfig>(configuration);
            return new Prio3CountDescription();
        },
        parse: _ => new MeasurementEncoding(Count()))
    {
        Type = VdafType.Prio3Count,
        Name = "Prio3Count",
        Keyword = "count",
    };

    /// <inheritdoc/>
    public override VdafEntry Entry => Registered;

    /// <inheritdoc/>
    public override IReadOnlyList<BigInteger> Parameters => [];

    /// <inheritdoc/>
    public override int Length => 1;

    /// <inheritdoc/>
    public override BigInteger MaximumElement => BigInteger.One;

    /// <summary>Both measurements are in [0, 1].</summary>
    public override Sensitivity? Sensitivity => new Sensitivity(1, 1);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels => ["count"];

    private protected override Prio3Field Field => Prio3Field.Field64;

    private protected override Prio3Shape Shape => new(ElementSize, MeasLength: 1, Arity: 2, Calls: 1, UsesJointRand: false);

    /// <inheritdoc/>
    public override byte[] EncodeConfiguration() => WireMessage.Encode(default(Prio3CountConfig));

    /// <inheritdoc/>
    public override Prio3 ToVdaf() => Prio3.Count();

    /// <inheritdoc/>
    public override Measurement ReadMeasurement(string text) => Measurement.FromNumber(MeasurementText.Bit(text));

    /// <inheritdoc/>
    public override Measurement SampleMeasurement(Func<ulong, ulong> upTo)
    {
        ArgumentNullException.ThrowIfNull(upTo);
        return Measurement.FromNumber(upTo(1));
    }

    /// <inheritdoc/>
    public override void AddInTheClear(Measurement measurement, Span<UInt128> aggregate)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        aggregate[0] += measurement.AsNumber();
    }

    private protected override string? FindParameterMistake() => null;
}
