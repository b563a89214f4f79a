using System.Globalization;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Demo;

/// <summary>Computes an aggregate in the clear from the texts of a column: what the private one must equal.</summary>
/// <remarks>It reads the texts on its own, without the VDAF and its measurement encoding, so that it can disagree.</remarks>
internal static class TrueAggregate
{
    /// <summary>The elements of the aggregate over <paramref name="texts"/>, all of which are valid measurements.</summary>
    public static UInt128[] Of(MeasurementEncoding encoding, IEnumerable<string> texts)
    {
        UInt128[] aggregate = new UInt128[encoding.Labels.Count];
        foreach (string text in texts)
        {
            Add(encoding, text.Trim(), aggregate);
        }

        return aggregate;
    }

    private static void Add(MeasurementEncoding encoding, string text, UInt128[] aggregate)
    {
        switch (encoding.Vdaf.Type)
        {
            case VdafType.Prio3Count:
                aggregate[0] += IsTrue(text) ? 1u : 0u;
                break;
            case VdafType.Prio3Sum:
                aggregate[0] += UInt128.Parse(text, CultureInfo.InvariantCulture);
                break;
            case VdafType.Prio3Histogram when encoding.Boundaries.Count > 0:
                decimal value = decimal.Parse(text, CultureInfo.InvariantCulture);
                aggregate[encoding.Boundaries.Count(boundary => value >= boundary)] += 1u;
                break;
            case VdafType.Prio3Histogram:
                aggregate[int.Parse(text, CultureInfo.InvariantCulture)] += 1u;
                break;
            case VdafType.Prio3MultihotCountVec:
                string[] flags = text.Split([';', ' '], StringSplitOptions.RemoveEmptyEntries);
                for (int i = 0; i < flags.Length; i++)
                {
                    aggregate[i] += IsTrue(flags[i]) ? 1u : 0u;
                }

                break;
            default:
                string[] elements = text.Split([';', ' '], StringSplitOptions.RemoveEmptyEntries);
                for (int i = 0; i < elements.Length; i++)
                {
                    aggregate[i] += UInt128.Parse(elements[i], CultureInfo.InvariantCulture);
                }

                break;
        }
    }

    private static bool IsTrue(string text) => text == "1"
        || text.Equals("true", StringComparison.OrdinalIgnoreCase)
        || text.Equals("yes", StringComparison.OrdinalIgnoreCase);
}
