using Janus.Dap;
using Janus.Vdaf;

namespace Janus.Cli.Demo;

/// <summary>Computes an aggregate in the clear: what the private one must equal.</summary>
internal static class TrueAggregate
{
    /// <summary>The elements of the aggregate over measurements, none of which is shared, encrypted or sent.</summary>
    public static UInt128[] Of(VdafDescription vdaf, IEnumerable<Measurement> measurements)
    {
        UInt128[] aggregate = new UInt128[vdaf.Length];
        foreach (Measurement measurement in measurements)
        {
            vdaf.AddInTheClear(measurement, aggregate);
        }

        return aggregate;
    }
}
