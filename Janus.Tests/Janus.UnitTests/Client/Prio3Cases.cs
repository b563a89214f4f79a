using Janus.Dap;
using Janus.Vdaf;

namespace Janus.UnitTests.Client;

/// <summary>Every Prio3 type with a few measurements and their aggregate.</summary>
internal static class Prio3Cases
{
    public static IEnumerable<TestCaseData> All { get; } =
    [
        Case(VdafDescription.Count(), [Number(1), Number(0), Number(1)], [2]),
        Case(VdafDescription.Sum(1000), [Number(1000), Number(0), Number(7)], [1007]),
        Case(VdafDescription.SumVec(3, 255), [Vector(255, 0, 1), Vector(255, 2, 3), Vector(0, 0, 0)], [510, 2, 4]),
        Case(VdafDescription.Histogram(4), [Number(3), Number(0), Number(3)], [1, 0, 0, 2]),
        Case(VdafDescription.MultihotCountVec(4, 2), [Vector(1, 1, 0, 0), Vector(0, 1, 0, 0), Vector(0, 0, 0, 0)], [1, 2, 0, 0]),
    ];

    private static Measurement Number(ulong number) => Measurement.FromNumber(number);

    private static Measurement Vector(params ulong[] vector) => Measurement.FromVector(vector);

    private static TestCaseData Case(VdafDescription vdaf, Measurement[] measurements, UInt128[] aggregate) =>
        new TestCaseData(vdaf, measurements, aggregate).SetArgDisplayNames(vdaf.ToString());
}
