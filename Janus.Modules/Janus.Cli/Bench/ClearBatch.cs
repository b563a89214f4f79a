using Janus.Dap;
using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>Measurements of a VDAF and their aggregate in the clear, computed without the VDAF.</summary>
internal sealed class ClearBatch
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    private ulong _drawn;

    /// <summary>Makes <paramref name="count"/> measurements, the same ones every time.</summary>
    public ClearBatch(VdafDescription vdaf, int count)
    {
        Measurements = new Measurement[count];
        Aggregate = new UInt128[vdaf.Length];
        for (int i = 0; i < count; i++)
        {
            Measurements[i] = vdaf.SampleMeasurement(UpTo);
            vdaf.AddInTheClear(Measurements[i], Aggregate);
        }

        // The VDAF adds up in a field: VDAF §6.1.2 (fields). Beyond 128 bits no batch can get.
        UInt128 modulus = (UInt128)vdaf.Modulus;
        for (int i = 0; i < Aggregate.Length; i++)
        {
            Aggregate[i] %= modulus;
        }
    }

    /// <summary>The measurements.</summary>
    public Measurement[] Measurements { get; }

    /// <summary>The elements of their aggregate.</summary>
    public UInt128[] Aggregate { get; }

    // Spread evenly; secret values do not change the speed, so nothing better than a multiplication is needed.
    private ulong UpTo(ulong maximum)
    {
        ulong mixed = unchecked(++_drawn * Golden);
        mixed = unchecked((mixed ^ (mixed >> 29)) * Golden);
        return maximum == ulong.MaxValue ? mixed : Math.BigMul(mixed, maximum + 1, out _);
    }
}
