using System.Numerics;

namespace Janus.Dap;

/// <summary>The numbers that determine the sizes of a Prio3 with one gadget of degree two: VDAF §7.1.1, §7.3.</summary>
/// <param name="ElementSize">The length of a field element, in bytes.</param>
/// <param name="MeasLength">The number of elements of an encoded measurement.</param>
/// <param name="Arity">The number of inputs of the gadget.</param>
/// <param name="Calls">How often the circuit calls it.</param>
/// <param name="UsesJointRand">Whether there is joint randomness.</param>
internal readonly record struct Prio3Shape(int ElementSize, long MeasLength, long Arity, long Calls, bool UsesJointRand)
{
    private const int SeedSize = 32;
    private const int Aggregators = 2;

    // Of the widest vectors. Tables for one report at a time and for several are both made.
    private const int Lanes = 8;

    // A wire of P values has tables of 2·P − 1 elements and one doubling with 2·P, the gadget polynomial, of 2·P values,
    // 4·P − 1 and 2·P − 1.
    private const int TablesPerWireValue = 10;

    // Objects, and what is not proportional to anything.
    private const int SmallObjects = 64 << 10;

    /// <summary>The sizes.</summary>
    public VdafSizes Sizes
    {
        get
        {
            long wire = (long)BitOperations.RoundUpToPowerOf2((ulong)Calls + 1);
            long proof = Arity + (2 * (wire - 1)) + 1;
            int seed = UsesJointRand ? SeedSize : 0;
            long tables = (1 + Lanes) * TablesPerWireValue * wire * ElementSize;

            // As Prio3.ShardWorkingMemory says, for one report at a time.
            long vectors = ElementSize * ((3 * MeasLength) + (2 * proof) + (2 * Arity) + Calls + MeasLength + (4 * wire));
            long rows = 40 * ((2 * Calls) + (5 * wire));
            return new VdafSizes(
                Aggregators * seed,
                (ElementSize * (MeasLength + proof)) + seed,
                SeedSize + seed,
                ElementSize * proof,
                tables + vectors + rows + SmallObjects);
        }
    }
}
