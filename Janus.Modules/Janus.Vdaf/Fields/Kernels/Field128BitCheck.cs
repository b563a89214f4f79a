using System.Runtime.CompilerServices;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Fields.Kernels;

/// <summary>The wires of the bit check at the test point, in every lane: <see cref="INttField{TSelf}.QueryBitCheck"/>.</summary>
/// <remarks>
/// Wire by wire over the calls, so that the sums stay in registers: the left wire of place j is the sum over k of
/// (L_k·r_k^(j+1))·m_kj, whose factors go from place to place by one product each, and the right wire that of L_k·m_kj, from
/// which s·ΣL_k is taken off at the end. Three products an element.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class Field128BitCheck<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int Count = Field128Digits<TLanes, TVector>.Count;

    /// <summary>The working memory of <see cref="Run"/>, in bytes: three numbers in digits for each call.</summary>
    public static long MemoryLength(int calls) => 3 * WorkingMemory.LengthOf<TVector>((long)calls * Count);

    /// <summary>Computes the wires.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> basis,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> jointRand,
        Field128Lanes<TLanes, TVector> sharesInverse,
        Span<Field128Lanes<TLanes, TVector>> wires,
        WorkingMemory memory)
    {
        int calls = basis.Length, places = wires.Length / 2;
        Span<TVector> weights = memory.Take<TVector>(calls * Count);
        Span<TVector> powers = memory.Take<TVector>(calls * Count);
        Span<TVector> rands = memory.Take<TVector>(calls * Count);
        Field128Lanes<TLanes, TVector> sum = default;
        for (int k = 0; k < calls; k++)
        {
            Field128Lanes<TLanes, TVector> weight = Field128Lanes<TLanes, TVector>.Scale(basis[k], Field128Lanes<TLanes, TVector>.FactorOfSums);
            Store(weight, weights, k);
            Store(weight, powers, k);
            Store(Field128Lanes<TLanes, TVector>.ToFactor(jointRand[k]), rands, k);
            sum += basis[k];
        }

        Field128Lanes<TLanes, TVector> shift = sum * sharesInverse;
        for (int j = 0; j < places; j++)
        {
            // The last chunk may be shorter.
            int count = j + ((calls - 1) * places) < meas.Length ? calls : calls - 1;
            Field128Lanes<TLanes, TVector> left = default, right = default;
            for (int start = 0; start < count; start += Field128Digits<TLanes, TVector>.MaximumTerms)
            {
                int end = Math.Min(start + Field128Digits<TLanes, TVector>.MaximumTerms, count);
                left += Left(meas, places, j, powers[(start * Count)..(end * Count)], rands[(start * Count)..(end * Count)], start);
                right += Right(meas, places, j, weights[(start * Count)..(end * Count)], start);
            }

            wires[2 * j] = left;
            wires[(2 * j) + 1] = right - shift;
        }
    }

    private static void Store(Field128Lanes<TLanes, TVector> value, Span<TVector> digits, int index)
    {
        value.Split(out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4);
        digits = digits.Slice(index * Count, Count);
        digits[0] = a0;
        digits[1] = a1;
        digits[2] = a2;
        digits[3] = a3;
        digits[4] = a4;
    }

    // Each factor is taken to the next power, and the sum of the products with it is returned.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Field128Lanes<TLanes, TVector> Left(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas, int places, int place, Span<TVector> powers, ReadOnlySpan<TVector> rands, int firstCall)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default;
        TVector p0, p1, p2, p3, p4;
        int element = (firstCall * places) + place;
        for (int i = 0; i < powers.Length; i += Count, element += places)
        {
            Span<TVector> power = powers.Slice(i, Count);
            ReadOnlySpan<TVector> rand = rands.Slice(i, Count);
            Field128Digits<TLanes, TVector>.Multiply(
                power[0], power[1], power[2], power[3], power[4],
                rand[0], rand[1], rand[2], rand[3], rand[4],
                out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5, out TVector c6, out TVector c7, out TVector c8);
            Field128Digits<TLanes, TVector>.Reduce(
                c0, c1, c2, c3, c4, c5, c6, c7, c8,
                out p0, out p1, out p2, out p3, out p4);
            power[0] = p0;
            power[1] = p1;
            power[2] = p2;
            power[3] = p3;
            power[4] = p4;
            meas[element].Split(out TVector m0, out TVector m1, out TVector m2, out TVector m3, out TVector m4);
            Field128Digits<TLanes, TVector>.MultiplyAdd(
                p0, p1, p2, p3, p4,
                m0, m1, m2, m3, m4,
                ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7, ref s8);
        }

        Field128Digits<TLanes, TVector>.ReduceSum(s0, s1, s2, s3, s4, s5, s6, s7, s8, out p0, out p1, out p2, out p3, out p4);
        return Field128Lanes<TLanes, TVector>.Join(p0, p1, p2, p3, p4);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Field128Lanes<TLanes, TVector> Right(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas, int places, int place, ReadOnlySpan<TVector> weights, int firstCall)
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default, s8 = default;
        int element = (firstCall * places) + place;
        for (int i = 0; i < weights.Length; i += Count, element += places)
        {
            ReadOnlySpan<TVector> weight = weights.Slice(i, Count);
            meas[element].Split(out TVector m0, out TVector m1, out TVector m2, out TVector m3, out TVector m4);
            Field128Digits<TLanes, TVector>.MultiplyAdd(
                weight[0], weight[1], weight[2], weight[3], weight[4],
                m0, m1, m2, m3, m4,
                ref s0, ref s1, ref s2, ref s3, ref s4, ref s5, ref s6, ref s7, ref s8);
        }

        Field128Digits<TLanes, TVector>.ReduceSum(
            s0, s1, s2, s3, s4, s5, s6, s7, s8,
            out TVector p0, out TVector p1, out TVector p2, out TVector p3, out TVector p4);
        return Field128Lanes<TLanes, TVector>.Join(p0, p1, p2, p3, p4);
    }
}
