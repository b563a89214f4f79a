using Janus.Dap;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>A measurement together with what it adds to the aggregate, known without any VDAF.</summary>
/// <param name="Measurement">What is uploaded.</param>
/// <param name="Contribution">The elements that it adds.</param>
public sealed record TestMeasurement(Measurement Measurement, IReadOnlyList<ulong> Contribution)
{
    /// <summary>Makes a measurement that the VDAF accepts.</summary>
    public static TestMeasurement Random(VdafDescription vdaf, Random random)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        ArgumentNullException.ThrowIfNull(random);
        switch (vdaf)
        {
            case Prio3HistogramDescription:
                return OfBucket(vdaf, random.Next(vdaf.Length));
            case Prio3SumVecDescription sumVec:
                return OfVector([.. Enumerable.Range(0, vdaf.Length).Select(_ => UpTo(sumVec.Maximum, random))]);
            case Prio3MultihotCountVecDescription multihot:
                ulong[] bits = new ulong[vdaf.Length];
                for (int i = random.Next((int)multihot.MaximumWeight + 1); i > 0; i--)
                {
                    bits[random.Next(bits.Length)] = 1;
                }

                return OfVector(bits);
            default:
                ulong number = UpTo((ulong)vdaf.MaximumElement, random);
                return new(Measurement.FromNumber(number), [number]);
        }
    }

    /// <summary>A measurement in one bucket of a histogram.</summary>
    public static TestMeasurement OfBucket(VdafDescription vdaf, int bucket)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        ulong[] contribution = new ulong[vdaf.Length];
        contribution[bucket] = 1;
        return new(Measurement.FromNumber((ulong)bucket), contribution);
    }

    /// <summary>Makes many measurements.</summary>
    public static TestMeasurement[] RandomMany(VdafDescription vdaf, int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => Random(vdaf, random))];

    /// <summary>The aggregate in the clear of at least one measurement.</summary>
    public static UInt128[] Sum(IEnumerable<TestMeasurement> measurements) => measurements
        .Select(measurement => measurement.Contribution.Select(element => (UInt128)element).ToArray())
        .Aggregate((sum, next) => [.. sum.Zip(next, (left, right) => left + right)]);

    private static TestMeasurement OfVector(ulong[] vector) => new(Measurement.FromVector(vector), vector);

    private static ulong UpTo(ulong maximum, Random random) => (ulong)random.NextInt64(0, (long)maximum + 1);
}
