using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Cli.Bench;

/// <summary>Measurements of a VDAF and their aggregate in the clear, computed without the VDAF.</summary>
internal sealed class ClearBatch
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;

    // Prio3Sum adds up in a field: VDAF §6.1.2 (fields).
    private static readonly UInt128 Field64Modulus = 0xFFFF_FFFF_0000_0001;

    /// <summary>Makes <paramref name="count"/> measurements, the same ones every time.</summary>
    public ClearBatch(VdafDescription vdaf, int count)
    {
        Measurements = new Measurement[count];
        Aggregate = new UInt128[vdaf.Type == VdafType.Prio3Count ? 1 : vdaf.Length];
        for (int i = 0; i < count; i++)
        {
            Measurements[i] = vdaf.Type switch
            {
                VdafType.Prio3Count or VdafType.Prio3Sum => Number(vdaf, (ulong)i),
                VdafType.Prio3Histogram => Bucket(vdaf, (ulong)i),
                VdafType.Prio3SumVec => Vector(vdaf, (ulong)i),
                _ => Bits(vdaf, (ulong)i),
            };
        }
    }

    /// <summary>The measurements.</summary>
    public Measurement[] Measurements { get; }

    /// <summary>The elements of their aggregate.</summary>
    public UInt128[] Aggregate { get; }

    private Measurement Number(VdafDescription vdaf, ulong report)
    {
        ulong value = UpTo(vdaf.Maximum, report);
        Aggregate[0] = (Aggregate[0] + value) % Field64Modulus;
        return Measurement.FromNumber(value);
    }

    private Measurement Bucket(VdafDescription vdaf, ulong report)
    {
        ulong bucket = UpTo((ulong)vdaf.Length - 1, report);
        Aggregate[bucket]++;
        return Measurement.FromNumber(bucket);
    }

    private Measurement Vector(VdafDescription vdaf, ulong report)
    {
        ulong[] vector = new ulong[vdaf.Length];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = UpTo(vdaf.Maximum, (report << 32) + (ulong)i);
            Aggregate[i] += vector[i];
        }

        return Measurement.FromVector(vector);
    }

    // From no ones to as many as there may be, all in a row.
    private Measurement Bits(VdafDescription vdaf, ulong report)
    {
        ulong[] vector = new ulong[vdaf.Length];
        ulong first = UpTo((ulong)vdaf.Length - 1, report);
        for (ulong i = 0; i < report % (vdaf.Maximum + 1); i++)
        {
            ulong position = (first + i) % (ulong)vdaf.Length;
            vector[position] = 1;
            Aggregate[position]++;
        }

        return Measurement.FromVector(vector);
    }

    // Spread evenly; secret values do not change the speed, so nothing better than a multiplication is needed.
    private static ulong UpTo(ulong maximum, ulong index)
    {
        ulong mixed = unchecked((index + 1) * Golden);
        mixed = unchecked((mixed ^ (mixed >> 29)) * Golden);
        return maximum == ulong.MaxValue ? mixed : Math.BigMul(mixed, maximum + 1, out _);
    }
}
