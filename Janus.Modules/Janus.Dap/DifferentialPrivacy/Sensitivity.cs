using System.Numerics;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// How far apart the true aggregate results of two neighbouring batches can be: those that are alike but for one report,
/// whose measurement is another one. The number of reports is public in DAP, so neighbours have the same number.
/// </summary>
/// <param name="L1">The largest sum of the elements' differences.</param>
/// <param name="L2Squared">The largest sum of their squares.</param>
public readonly record struct Sensitivity(BigInteger L1, BigInteger L2Squared)
{
    /// <summary>The sensitivity of a VDAF; its proof keeps a Client from having more influence.</summary>
    public static Sensitivity Of(VdafDescription vdaf)
    {
        ArgumentNullException.ThrowIfNull(vdaf);
        BigInteger maximum = vdaf.Maximum;
        return vdaf.Type switch
        {
            // Both measurements are in [0, maximum], so they differ by at most that.
            VdafType.Prio3Count or VdafType.Prio3Sum => new(maximum, maximum * maximum),

            // The same for each of the elements, all of which may differ the most at once.
            VdafType.Prio3SumVec => new(vdaf.Length * maximum, vdaf.Length * maximum * maximum),

            // One bucket loses the report and another gets it: two differences of 1.
            VdafType.Prio3Histogram => new(2, 2),

            // Two sets of at most w of n positions: where one has a position and the other has not, there is a difference
            // of 1, which is its own square. There are no more such positions than both have members, nor than n.
            VdafType.Prio3MultihotCountVec => OfEqual(BigInteger.Min(2 * maximum, vdaf.Length)),
            _ => throw new UnsupportedVdafException($"{vdaf}: there is no noise for this VDAF"),
        };
    }

    private static Sensitivity OfEqual(BigInteger differences) => new(differences, differences);
}
