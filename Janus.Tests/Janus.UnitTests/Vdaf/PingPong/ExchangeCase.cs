using Janus.Testing;
using Janus.UnitTests.Vdaf.Prio3Tests;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.PingPong;

/// <summary>A VDAF with an aggregation parameter, and measurements with their results in the clear.</summary>
internal sealed record ExchangeCase(IVdaf Vdaf, byte[] AggParam, Func<Random, (Measurement Measurement, UInt128[] Result)> Draw)
{
    public static IEnumerable<ExchangeCase> Prio3 => Variant.All(2).Select(OfPrio3);

    public static IEnumerable<ExchangeCase> MultiRound =>
        from rounds in Enumerable.Range(1, 5)
        from multipliers in (uint[][])[[], [1], [3, 1, 1 << 20]]
        select OfMultiRound(rounds, multipliers);

    /// <summary>All of them.</summary>
    public static IEnumerable<ExchangeCase> All => [.. Prio3, .. MultiRound];

    /// <summary>Prio3 with and without a public share, with and without joint randomness, and each number of rounds.</summary>
    public static IEnumerable<ExchangeCase> Some =>
    [
        .. Prio3.Where(one => one.Vdaf.Name is "Prio3Count" or "Prio3Sum(255)" or "Prio3Histogram(11,3)" or "Prio3SumVec(10,255,9)"),
        .. MultiRound.Where(one => one.AggParam.Length != 4),
    ];

    /// <summary>A VDAF of this many rounds; without multipliers it has no aggregation parameter.</summary>
    public static ExchangeCase OfMultiRound(int rounds, params uint[] multipliers)
    {
        MultiRoundVdaf vdaf = new(rounds, hasAggParam: multipliers.Length > 0);
        return new ExchangeCase(vdaf, MultiRoundVdaf.AggParam(multipliers), random =>
        {
            ulong value = (ulong)random.NextInt64((long)MultiRoundVdaf.MaximumMeasurement + 1);
            uint[] factors = multipliers.Length == 0 ? [1] : multipliers;
            return (Measurement.FromNumber(value), [.. factors.Select(factor => (UInt128)factor * value)]);
        });
    }

    public override string ToString() =>
        $"{Vdaf.Name} with {AggParam.Length} bytes of agg_param{(Vdaf is Prio3 { Draft.Version: 8 } ? " of draft 8" : string.Empty)}";

    private static ExchangeCase OfPrio3(Variant variant) => new(variant.Vdaf, [], random =>
    {
        ulong[] values = variant.Draw(random);
        return (variant.ToMeasurement(values), [.. variant.ToOutput(values).Select(value => (UInt128)value)]);
    });
}
