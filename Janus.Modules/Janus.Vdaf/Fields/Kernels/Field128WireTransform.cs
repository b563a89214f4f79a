using System.Runtime.CompilerServices;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Fields.Kernels;

/// <summary>
/// From a wire polynomial's values at the n-th roots of unity to those at the other 2n-th roots, in every lane, in place:
/// the fast twin of <see cref="Polynomials.EvaluationDoubling{TField}"/>.
/// </summary>
/// <remarks>
/// Sums and differences are taken digit by digit, without carries. Every third step the results are normalized, so that a
/// digit is below 2^26·2^3 in magnitude and a number below 8·3·p wherever a product takes them: the columns of a product of a
/// number with a factor stay below 5·2^55, and its result below 24/4·p + p.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class Field128WireTransform<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int LazySteps = 3;

    /// <summary>Replaces the values of one wire.</summary>
    /// <param name="values">The values, a power of two.</param>
    /// <param name="inverseRoots">The inverse roots of unity, as factors, the same in all lanes.</param>
    /// <param name="shift">In bit-reversed order, powers of the 2n-th root divided by n, as factors, the same in all lanes.</param>
    /// <param name="roots">The roots of unity, as factors, the same in all lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        Span<Digits<TVector>> values,
        ReadOnlySpan<Digits<ulong>> inverseRoots,
        ReadOnlySpan<Digits<ulong>> shift,
        ReadOnlySpan<Digits<ulong>> roots)
    {
        int step = 0;
        for (int length = values.Length / 2, stride = 1; length > 0; length /= 2, stride *= 2)
        {
            InverseStep(values, inverseRoots, length, stride, ++step % LazySteps == 0);
        }

        for (int i = 0; i < values.Length; i++)
        {
            Scale(ref values[i], in shift[i]);
        }

        step = 0;
        for (int length = 1, stride = values.Length / 2; length < values.Length; length *= 2, stride /= 2)
        {
            // The last step too, for the product that comes next.
            bool isLast = 2 * length == values.Length;
            ForwardStep(values, roots, length, stride, ++step % LazySteps == 0 || isLast);
        }
    }

    /// <summary>The digits of factors that are the same in all lanes.</summary>
    public static void Split(ReadOnlySpan<Field128Lanes<TLanes, TVector>> factors, Span<Digits<ulong>> digits)
    {
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i].Split(out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4);
            digits[i][0] = TLanes.First(a0);
            digits[i][1] = TLanes.First(a1);
            digits[i][2] = TLanes.First(a2);
            digits[i][3] = TLanes.First(a3);
            digits[i][4] = TLanes.First(a4);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseStep(
        Span<Digits<TVector>> values, ReadOnlySpan<Digits<ulong>> roots, int length, int stride, bool normalize)
    {
        for (int start = 0; start < values.Length; start += 2 * length)
        {
            Span<Digits<TVector>> low = values.Slice(start, length);
            Span<Digits<TVector>> high = values.Slice(start + length, length);
            for (int j = 0; j < low.Length; j++)
            {
                ref Digits<TVector> u = ref low[j], v = ref high[j];
                TVector d0 = TLanes.Subtract(u[0], v[0]), d1 = TLanes.Subtract(u[1], v[1]), d2 = TLanes.Subtract(u[2], v[2]);
                TVector d3 = TLanes.Subtract(u[3], v[3]), d4 = TLanes.Subtract(u[4], v[4]);
                TVector s0 = TLanes.Add(u[0], v[0]), s1 = TLanes.Add(u[1], v[1]), s2 = TLanes.Add(u[2], v[2]);
                TVector s3 = TLanes.Add(u[3], v[3]), s4 = TLanes.Add(u[4], v[4]);
                if (j > 0)
                {
                    Multiply(ref d0, ref d1, ref d2, ref d3, ref d4, in roots[j * stride]);
                }

                if (normalize)
                {
                    Field128Digits<TLanes, TVector>.Normalize(ref s0, ref s1, ref s2, ref s3, ref s4);
                    Field128Digits<TLanes, TVector>.Normalize(ref d0, ref d1, ref d2, ref d3, ref d4);
                }

                Store(ref u, s0, s1, s2, s3, s4);
                Store(ref v, d0, d1, d2, d3, d4);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ForwardStep(
        Span<Digits<TVector>> values, ReadOnlySpan<Digits<ulong>> roots, int length, int stride, bool normalize)
    {
        for (int start = 0; start < values.Length; start += 2 * length)
        {
            Span<Digits<TVector>> low = values.Slice(start, length);
            Span<Digits<TVector>> high = values.Slice(start + length, length);
            for (int j = 0; j < low.Length; j++)
            {
                ref Digits<TVector> u = ref low[j], v = ref high[j];
                TVector d0 = v[0], d1 = v[1], d2 = v[2], d3 = v[3], d4 = v[4];
                if (j > 0)
                {
                    Multiply(ref d0, ref d1, ref d2, ref d3, ref d4, in roots[j * stride]);
                }

                TVector s0 = TLanes.Add(u[0], d0), s1 = TLanes.Add(u[1], d1), s2 = TLanes.Add(u[2], d2);
                TVector s3 = TLanes.Add(u[3], d3), s4 = TLanes.Add(u[4], d4);
                d0 = TLanes.Subtract(u[0], d0);
                d1 = TLanes.Subtract(u[1], d1);
                d2 = TLanes.Subtract(u[2], d2);
                d3 = TLanes.Subtract(u[3], d3);
                d4 = TLanes.Subtract(u[4], d4);
                if (normalize)
                {
                    Field128Digits<TLanes, TVector>.Normalize(ref s0, ref s1, ref s2, ref s3, ref s4);
                    Field128Digits<TLanes, TVector>.Normalize(ref d0, ref d1, ref d2, ref d3, ref d4);
                }

                Store(ref u, s0, s1, s2, s3, s4);
                Store(ref v, d0, d1, d2, d3, d4);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(ref Digits<TVector> value, in Digits<ulong> factor)
    {
        TVector d0 = value[0], d1 = value[1], d2 = value[2], d3 = value[3], d4 = value[4];
        Multiply(ref d0, ref d1, ref d2, ref d3, ref d4, in factor);
        Store(ref value, d0, d1, d2, d3, d4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(
        ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4, in Digits<ulong> factor)
    {
        TVector b0 = TLanes.Broadcast(factor[0]), b1 = TLanes.Broadcast(factor[1]), b2 = TLanes.Broadcast(factor[2]);
        TVector b3 = TLanes.Broadcast(factor[3]), b4 = TLanes.Broadcast(factor[4]);
        Field128Digits<TLanes, TVector>.Multiply(
            a0, a1, a2, a3, a4,
            b0, b1, b2, b3, b4,
            out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5, out TVector c6, out TVector c7, out TVector c8);
        Field128Digits<TLanes, TVector>.Reduce(
            c0, c1, c2, c3, c4, c5, c6, c7, c8,
            out a0, out a1, out a2, out a3, out a4);
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
