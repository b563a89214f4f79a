using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Janus.Vdaf.Fields.Kernels;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Fields;

/// <summary><see cref="Field128"/> in every lane of a vector, canonical.</summary>
/// <remarks>
/// Additions work on words, with masks for conditions; products on digits, see <see cref="Field128Digits{TLanes, TVector}"/>.
/// A factor is an element times R = 2^130.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal readonly struct Field128Lanes<TLanes, TVector> : ILaneField<Field128Lanes<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private readonly TVector _low;
    private readonly TVector _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Field128Lanes(TVector low, TVector high)
    {
        _low = low;
        _high = high;
    }

    public static string Name => Field128.Name;

    public static int EncodedSize => Field128.EncodedSize;

    public static int Lanes => TLanes.Count;

    public static Field128Lanes<TLanes, TVector> Zero => default;

    public static Field128Lanes<TLanes, TVector> One => FromUInt64(1);

    public static int ModulusBits => Field128.ModulusBits;

    public static int TwoAdicity => Field128.TwoAdicity;

    // Sums of products are kept reduced; those that matter have kernels of their own.
    public static int AccumulatorLimbs => 2 * TLanes.Count;

    public ulong ZeroLanes => TLanes.TopBits(TLanes.Equal(TLanes.Or(_low, _high), default));

    // R·S = 2^286: a sum of products that is divided by S, times this, divided by R, is the sum of the products.
    internal static Field128Lanes<TLanes, TVector> FactorOfSums { get; } = Broadcast(PowerOfTwo(286));

    // R² = 2^260.
    internal static Field128Lanes<TLanes, TVector> FactorOfFactors { get; } = Broadcast(PowerOfTwo(260));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128Lanes<TLanes, TVector> operator +(Field128Lanes<TLanes, TVector> left, Field128Lanes<TLanes, TVector> right)
    {
        // left + right = left − (p − right), and p − right is at most p.
        TVector complementLow = TLanes.Subtract(TLanes.Broadcast(1), right._low);
        TVector borrow = TLanes.Less(TLanes.Broadcast(1), right._low);
        TVector complementHigh = TLanes.Add(TLanes.Subtract(TLanes.Broadcast(Field128.ModulusHigh), right._high), borrow);
        return Difference(left, new(complementLow, complementHigh));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128Lanes<TLanes, TVector> operator -(Field128Lanes<TLanes, TVector> left, Field128Lanes<TLanes, TVector> right) =>
        Difference(left, right);

    public static Field128Lanes<TLanes, TVector> operator *(Field128Lanes<TLanes, TVector> left, Field128Lanes<TLanes, TVector> right) =>
        Scale(Scale(left, right), FactorOfFactors);

    public static Field128Lanes<TLanes, TVector> operator -(Field128Lanes<TLanes, TVector> value) => Zero - value;

    public static Field128Lanes<TLanes, TVector> ToFactor(Field128Lanes<TLanes, TVector> value) => Scale(value, FactorOfFactors);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128Lanes<TLanes, TVector> Scale(Field128Lanes<TLanes, TVector> value, Field128Lanes<TLanes, TVector> factor)
    {
        Field128Digits<TLanes, TVector>.Split(value._low, value._high, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4);
        Field128Digits<TLanes, TVector>.Split(factor._low, factor._high, out TVector b0, out TVector b1, out TVector b2, out TVector b3, out TVector b4);
        Field128Digits<TLanes, TVector>.Multiply(
            a0, a1, a2, a3, a4,
            b0, b1, b2, b3, b4,
            out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5, out TVector c6, out TVector c7, out TVector c8);
        Field128Digits<TLanes, TVector>.Reduce(
            c0, c1, c2, c3, c4, c5, c6, c7, c8,
            out a0, out a1, out a2, out a3, out a4);
        Field128Digits<TLanes, TVector>.Join(a0, a1, a2, a3, a4, out TVector low, out TVector high);
        return new(low, high);
    }

    public static Field128Lanes<TLanes, TVector> Invert(Field128Lanes<TLanes, TVector> value)
    {
        // The exponent p − 2 is public.
        UInt128 exponent = new(Field128.ModulusHigh - 1, ulong.MaxValue);
        Field128Lanes<TLanes, TVector> power = One;
        for (int bit = 127; bit >= 0; bit--)
        {
            power *= power;
            power = ((exponent >> bit) & 1) == 0 ? power : power * value;
        }

        return power;
    }

    public static Field128Lanes<TLanes, TVector> FromUInt64(ulong value) => new(TLanes.Broadcast(value), default);

    public static Field128Lanes<TLanes, TVector> RootOfUnity(int logOrder) => Broadcast(Field128.RootOfUnity(logOrder));

    public static ulong DecodeRows(ReadOnlySpan<byte> rows, int stride, int count, Span<Field128Lanes<TLanes, TVector>> vector)
    {
        LaneRows<TLanes, TVector>.Read(rows, stride, count, MemoryMarshal.Cast<Field128Lanes<TLanes, TVector>, TVector>(vector));
        return LanesAboveModulus(vector);
    }

    public static void EncodeRows(ReadOnlySpan<Field128Lanes<TLanes, TVector>> vector, Span<byte> rows, int stride, int count) =>
        LaneRows<TLanes, TVector>.Write(MemoryMarshal.Cast<Field128Lanes<TLanes, TVector>, TVector>(vector), rows, stride, count);

    // A vector's two words are made of the alternate lanes of two vectors of bytes, and go back the same way.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool DecodeElements(ReadOnlySpan<byte> encoded, Span<Field128Lanes<TLanes, TVector>> vector)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(vector);
        encoded.CopyTo(bytes);
        bytes[encoded.Length..].Clear();
        foreach (ref Field128Lanes<TLanes, TVector> element in vector)
        {
            element = new(TLanes.UnpackLow(element._low, element._high), TLanes.UnpackHigh(element._low, element._high));
        }

        return LanesAboveModulus(vector) == 0;
    }

    public static void EncodeElements(ReadOnlySpan<Field128Lanes<TLanes, TVector>> vector, Span<byte> encoded)
    {
        Span<TVector> words = stackalloc TVector[2];
        Span<byte> bytes = MemoryMarshal.AsBytes(words);
        foreach (Field128Lanes<TLanes, TVector> element in vector)
        {
            words[0] = TLanes.UnpackLow(element._low, element._high);
            words[1] = TLanes.UnpackHigh(element._low, element._high);
            int length = Math.Min(bytes.Length, encoded.Length);
            bytes[..length].CopyTo(encoded);
            encoded = encoded[length..];
        }

        bytes.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong LanesAboveModulus(ReadOnlySpan<Field128Lanes<TLanes, TVector>> vector)
    {
        TVector above = default, modulusHigh = TLanes.Broadcast(Field128.ModulusHigh);
        foreach (Field128Lanes<TLanes, TVector> element in vector)
        {
            // The lower word of p is one: with an equal upper word, all but zero is not below p.
            TVector equal = TLanes.And(TLanes.Equal(element._high, modulusHigh), TLanes.Less(default, element._low));
            above = TLanes.Or(above, TLanes.Or(TLanes.Less(modulusHigh, element._high), equal));
        }

        return TLanes.TopBits(above);
    }

    public static void Expand(ref Xof.XofTurboShake128 xof, int lane, Span<Field128Lanes<TLanes, TVector>> vector) =>
        LaneExpansion.Expand<Field128>(ref xof, MemoryMarshal.Cast<Field128Lanes<TLanes, TVector>, ulong>(vector), lane, TLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAccumulate(
        Field128Lanes<TLanes, TVector> factor, ReadOnlySpan<Field128Lanes<TLanes, TVector>> values, Span<ulong> accumulators)
    {
        Span<Field128Lanes<TLanes, TVector>> sums = MemoryMarshal.Cast<ulong, Field128Lanes<TLanes, TVector>>(accumulators);
        Field128Lanes<TLanes, TVector> prepared = ToFactor(factor);
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += Scale(values[i], prepared);
        }
    }

    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field128Lanes<TLanes, TVector>> values) =>
        MemoryMarshal.Cast<ulong, Field128Lanes<TLanes, TVector>>(accumulators)[..values.Length].CopyTo(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Field128Lanes<TLanes, TVector> InnerProduct(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> left, ReadOnlySpan<Field128Lanes<TLanes, TVector>> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        Field128Lanes<TLanes, TVector> total = default;
        for (int start = 0; start < left.Length; start += Field128Digits<TLanes, TVector>.MaximumTerms)
        {
            int length = Math.Min(Field128Digits<TLanes, TVector>.MaximumTerms, left.Length - start);
            TVector c0 = default, c1 = default, c2 = default, c3 = default, c4 = default, c5 = default, c6 = default, c7 = default, c8 = default;
            TVector a0, a1, a2, a3, a4;
            for (int i = start; i < start + length; i++)
            {
                Field128Digits<TLanes, TVector>.Split(left[i]._low, left[i]._high, out a0, out a1, out a2, out a3, out a4);
                Field128Digits<TLanes, TVector>.Split(right[i]._low, right[i]._high, out TVector b0, out TVector b1, out TVector b2, out TVector b3, out TVector b4);
                Field128Digits<TLanes, TVector>.MultiplyAdd(
                    a0, a1, a2, a3, a4,
                    b0, b1, b2, b3, b4,
                    ref c0, ref c1, ref c2, ref c3, ref c4, ref c5, ref c6, ref c7, ref c8);
            }

            Field128Digits<TLanes, TVector>.ReduceSum(
                c0, c1, c2, c3, c4, c5, c6, c7, c8,
                out a0, out a1, out a2, out a3, out a4);
            Field128Digits<TLanes, TVector>.Join(a0, a1, a2, a3, a4, out TVector low, out TVector high);
            total += new Field128Lanes<TLanes, TVector>(low, high);
        }

        return Scale(total, FactorOfSums);
    }

    public static long QueryBitCheckMemory(int calls, int wires) => Field128BitCheck<TLanes, TVector>.MemoryLength(calls);

    public static void QueryBitCheck(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> basis,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> jointRand,
        Field128Lanes<TLanes, TVector> sharesInverse,
        Span<Field128Lanes<TLanes, TVector>> wires,
        WorkingMemory memory) =>
        Field128BitCheck<TLanes, TVector>.Run(meas, basis, jointRand, sharesInverse, wires, memory);

    public static long ProveBitCheckMemory(int calls, int wireValues) => Field128BitCheckProof<TLanes, TVector>.MemoryLength(calls, wireValues);

    public static void ProveBitCheck(
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> meas,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> wireSeeds,
        ReadOnlySpan<Field128Lanes<TLanes, TVector>> jointRand,
        Field128Lanes<TLanes, TVector> sharesInverse,
        Polynomials.EvaluationDoubling<Field128Lanes<TLanes, TVector>> doubling,
        Span<Field128Lanes<TLanes, TVector>> values,
        WorkingMemory memory) =>
        Field128BitCheckProof<TLanes, TVector>.Run(meas, wireSeeds, jointRand, sharesInverse, doubling, values, memory);

    /// <summary>The digits of the element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Split(out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4) =>
        Field128Digits<TLanes, TVector>.Split(_low, _high, out a0, out a1, out a2, out a3, out a4);

    /// <summary>The element of a number between −p and p, both excluded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field128Lanes<TLanes, TVector> Join(TVector a0, TVector a1, TVector a2, TVector a3, TVector a4)
    {
        Field128Digits<TLanes, TVector>.Join(a0, a1, a2, a3, a4, out TVector low, out TVector high);
        return new(low, high);
    }

    // For a left below p and a right of at most p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field128Lanes<TLanes, TVector> Difference(Field128Lanes<TLanes, TVector> left, Field128Lanes<TLanes, TVector> right)
    {
        TVector low = TLanes.Subtract(left._low, right._low);
        TVector borrow = TLanes.Less(left._low, right._low);
        TVector high = TLanes.Add(TLanes.Subtract(left._high, right._high), borrow);
        TVector isNegative = TLanes.Or(
            TLanes.Less(left._high, right._high), TLanes.And(TLanes.Equal(left._high, right._high), borrow));
        Field128Digits<TLanes, TVector>.AddModulus(isNegative, ref low, ref high);
        return new(low, high);
    }

    private static Field128Lanes<TLanes, TVector> Broadcast(Field128 value)
    {
        UInt128 integer = value.ToUInt128();
        return new(TLanes.Broadcast((ulong)integer), TLanes.Broadcast((ulong)(integer >> 64)));
    }

    private static Field128 PowerOfTwo(int exponent)
    {
        Field128 power = Field128.One;
        for (int i = 0; i < exponent; i++)
        {
            power += power;
        }

        return power;
    }
}
