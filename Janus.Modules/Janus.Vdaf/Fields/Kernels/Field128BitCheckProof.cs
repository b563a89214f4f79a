using System.Runtime.CompilerServices;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Fields.Kernels;

/// <summary>The gadget polynomial of the bit check, in every lane: <see cref="INttField{TSelf}.ProveBitCheck"/>.</summary>
/// <remarks>
/// A sum over the places in a chunk of the products of a left and a right wire polynomial; its digits are added up without
/// carries. The wires' values are elements, products and differences of elements, or normalized, so their products are
/// below 4/3·p in magnitude: 2^24 of them keep the last digit below 2^49 and the others below 2^50.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class Field128BitCheckProof<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>The working memory of <see cref="Run"/>, in bytes.</summary>
    public static long MemoryLength(int calls, int wireValues) =>
        (2 * WorkingMemory.LengthOf<Digits<TVector>>(calls)) + (2 * WorkingMemory.LengthOf<Digits<TVector>>(wireValues))
        + WorkingMemory.LengthOf<Digits<TVector>>(2L * wireValues)
        + (2 * WorkingMemory.LengthOf<Digits<ulong>>(wireValues / 2)) + WorkingMemory.LengthOf<Digits<ulong>>(wireValues);

    /// <summary>Computes the polynomial's values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> wireSeeds,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> jointRand,
        Field128Lanes<TLanes, TVector> sharesInverse,
        EvaluationDoubling<Field128Lanes<TLanes, TVector>> doubling,
        Span<Field128Lanes<TLanes, TVector>> values,
        WorkingMemory memory)
    {
        int calls = jointRand.Length, places = wireSeeds.Length / 2;
        Span<Digits<TVector>> rands = memory.Take<Digits<TVector>>(calls);
        Span<Digits<TVector>> powers = memory.Take<Digits<TVector>>(calls);
        Span<Digits<TVector>> left = memory.Take<Digits<TVector>>(doubling.Size);
        Span<Digits<TVector>> right = memory.Take<Digits<TVector>>(doubling.Size);
        Span<Digits<TVector>> sums = memory.TakeZeroed<Digits<TVector>>(values.Length);
        Span<Digits<ulong>> inverseRoots = memory.Take<Digits<ulong>>(doubling.InverseRoots.Length);
        Span<Digits<ulong>> shift = memory.Take<Digits<ulong>>(doubling.Shift.Length);
        Span<Digits<ulong>> roots = memory.Take<Digits<ulong>>(doubling.Roots.Length);
        Field128WireTransform<TLanes, TVector>.Split(doubling.InverseRoots, inverseRoots);
        Field128WireTransform<TLanes, TVector>.Split(doubling.Shift, shift);
        Field128WireTransform<TLanes, TVector>.Split(doubling.Roots, roots);
        for (int k = 0; k < calls; k++)
        {
            Load(Field128Lanes<TLanes, TVector>.ToFactor(jointRand[k]), ref rands[k]);
            powers[k] = rands[k];
        }

        for (int j = 0; j < places; j++)
        {
            left.Clear();
            right.Clear();
            Load(wireSeeds[2 * j], ref left[0]);
            Load(wireSeeds[(2 * j) + 1], ref right[0]);
            FillWires(meas, j, places, sharesInverse, powers, rands, left.Slice(1, calls), right.Slice(1, calls));
            AddProducts(left, right, sums, 0);
            Field128WireTransform<TLanes, TVector>.Run(left, inverseRoots, shift, roots);
            Field128WireTransform<TLanes, TVector>.Run(right, inverseRoots, shift, roots);
            AddProducts(left, right, sums, 1);
        }

        Digits<TVector> factor = default;
        Load(Field128Lanes<TLanes, TVector>.FactorOfFactors, ref factor);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Finish(sums[i], factor);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillWires(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas,
        int place,
        int places,
        Field128Lanes<TLanes, TVector> sharesInverse,
        Span<Digits<TVector>> powers,
        ReadOnlySpan<Digits<TVector>> rands,
        Span<Digits<TVector>> left,
        Span<Digits<TVector>> right)
    {
        sharesInverse.Split(out TVector s0, out TVector s1, out TVector s2, out TVector s3, out TVector s4);
        for (int k = 0; k < powers.Length; k++)
        {
            // The last chunk may be shorter: it is padded with zeros.
            int element = (k * places) + place;
            Field128Lanes<TLanes, TVector> value = element < meas.Length ? meas[element] : default;
            value.Split(out TVector m0, out TVector m1, out TVector m2, out TVector m3, out TVector m4);
            Store(ref right[k], TLanes.Subtract(m0, s0), TLanes.Subtract(m1, s1), TLanes.Subtract(m2, s2), TLanes.Subtract(m3, s3), TLanes.Subtract(m4, s4));
            Multiply(powers[k], ref m0, ref m1, ref m2, ref m3, ref m4);
            Store(ref left[k], m0, m1, m2, m3, m4);
            ref readonly Digits<TVector> rand = ref rands[k];
            m0 = rand[0];
            m1 = rand[1];
            m2 = rand[2];
            m3 = rand[3];
            m4 = rand[4];
            Multiply(powers[k], ref m0, ref m1, ref m2, ref m3, ref m4);
            Store(ref powers[k], m0, m1, m2, m3, m4);
        }
    }

    // To every second sum, from the first or the second one on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts(
        ReadOnlySpan<Digits<TVector>> left, ReadOnlySpan<Digits<TVector>> right, Span<Digits<TVector>> sums, int first)
    {
        for (int i = 0; i < left.Length; i++)
        {
            TVector a0 = left[i][0], a1 = left[i][1], a2 = left[i][2], a3 = left[i][3], a4 = left[i][4];
            Multiply(right[i], ref a0, ref a1, ref a2, ref a3, ref a4);
            ref Digits<TVector> sum = ref sums[(2 * i) + first];
            sum[0] = TLanes.Add(sum[0], a0);
            sum[1] = TLanes.Add(sum[1], a1);
            sum[2] = TLanes.Add(sum[2], a2);
            sum[3] = TLanes.Add(sum[3], a3);
            sum[4] = TLanes.Add(sum[4], a4);
        }
    }

    // What products left out, a factor R, comes back with R².
    private static Field128Lanes<TLanes, TVector> Finish(in Digits<TVector> sum, in Digits<TVector> factor)
    {
        TVector a0 = sum[0], a1 = sum[1], a2 = sum[2], a3 = sum[3], a4 = sum[4];

        // The second time for what the first one carried into the last digit; with p added, the number is not negative.
        Field128Digits<TLanes, TVector>.Normalize(ref a0, ref a1, ref a2, ref a3, ref a4);
        Field128Digits<TLanes, TVector>.Normalize(ref a0, ref a1, ref a2, ref a3, ref a4);
        Field128Digits<TLanes, TVector>.AddModulus(ref a0, ref a2, ref a3, ref a4);
        Multiply(factor, ref a0, ref a1, ref a2, ref a3, ref a4);
        return Field128Lanes<TLanes, TVector>.Join(a0, a1, a2, a3, a4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(
        in Digits<TVector> factor, ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4)
    {
        Field128Digits<TLanes, TVector>.Multiply(
            factor[0], factor[1], factor[2], factor[3], factor[4],
            a0, a1, a2, a3, a4,
            out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5, out TVector c6, out TVector c7, out TVector c8);
        Field128Digits<TLanes, TVector>.Reduce(
            c0, c1, c2, c3, c4, c5, c6, c7, c8,
            out a0, out a1, out a2, out a3, out a4);
    }

    private static void Load(Field128Lanes<TLanes, TVector> value, ref Digits<TVector> digits)
    {
        value.Split(out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4);
        Store(ref digits, a0, a1, a2, a3, a4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ref Digits<TVector> digits, TVector a0, TVector a1, TVector a2, TVector a3, TVector a4)
    {
        digits[0] = a0;
        digits[1] = a1;
        digits[2] = a2;
        digits[3] = a3;
        digits[4] = a4;
    }
}
