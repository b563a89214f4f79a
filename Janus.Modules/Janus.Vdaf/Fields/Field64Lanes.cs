using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Fields;

/// <summary><see cref="Field64"/> in every lane of a vector, canonical.</summary>
/// <remarks>
/// The same steps as the scalar ones, with masks for conditions: no operation branches on an element or indexes by one.
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal readonly struct Field64Lanes<TLanes, TVector> : ILaneField<Field64Lanes<TLanes, TVector>>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const ulong Modulus = 0xFFFF_FFFF_0000_0001;

    // 2^64 − p, hence 2^64 ≡ Epsilon; and 2^96 ≡ −1.
    private const ulong Epsilon = 0xFFFF_FFFF;

    private readonly TVector _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Field64Lanes(TVector canonical) => _value = canonical;

    public static string Name => Field64.Name;

    public static int EncodedSize => Field64.EncodedSize;

    public static int Lanes => TLanes.Count;

    public static Field64Lanes<TLanes, TVector> Zero => default;

    public static Field64Lanes<TLanes, TVector> One => new(TLanes.Broadcast(1));

    public static int ModulusBits => Field64.ModulusBits;

    public static int TwoAdicity => Field64.TwoAdicity;

    // Sums of products are kept reduced: lazy ones need three words, and more instructions.
    public static int AccumulatorLimbs => TLanes.Count;

    public ulong ZeroLanes => TLanes.TopBits(TLanes.Equal(_value, default));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64Lanes<TLanes, TVector> operator +(Field64Lanes<TLanes, TVector> left, Field64Lanes<TLanes, TVector> right) =>
        // left + right = left − (p − right), where p − right is at most p.
        new(Difference(left._value, TLanes.Subtract(TLanes.Broadcast(Modulus), right._value)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64Lanes<TLanes, TVector> operator -(Field64Lanes<TLanes, TVector> left, Field64Lanes<TLanes, TVector> right) =>
        new(Difference(left._value, right._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64Lanes<TLanes, TVector> operator *(Field64Lanes<TLanes, TVector> left, Field64Lanes<TLanes, TVector> right)
    {
        TVector half = TLanes.Broadcast(Epsilon);
        TVector leftHigh = TLanes.ShiftRight(left._value, 32), rightHigh = TLanes.ShiftRight(right._value, 32);
        TVector lowLow = TLanes.MultiplyHalves(left._value, right._value);
        TVector lowHigh = TLanes.MultiplyHalves(left._value, rightHigh);
        TVector highLow = TLanes.MultiplyHalves(leftHigh, right._value);
        TVector highHigh = TLanes.MultiplyHalves(leftHigh, rightHigh);

        // (2^32 − 1)² + 2^32 − 1 is below 2^64: neither sum carries.
        TVector first = TLanes.Add(lowHigh, TLanes.ShiftRight(lowLow, 32));
        TVector second = TLanes.Add(highLow, TLanes.And(first, half));
        TVector low = TLanes.Or(TLanes.ShiftLeft(second, 32), TLanes.And(lowLow, half));
        TVector high = TLanes.Add(TLanes.Add(highHigh, TLanes.ShiftRight(first, 32)), TLanes.ShiftRight(second, 32));
        return new(Reduce(low, high));
    }

    public static Field64Lanes<TLanes, TVector> operator -(Field64Lanes<TLanes, TVector> value) => Zero - value;

    public static Field64Lanes<TLanes, TVector> Invert(Field64Lanes<TLanes, TVector> value)
    {
        // The exponent p − 2 is public.
        Field64Lanes<TLanes, TVector> power = One;
        for (int bit = 63; bit >= 0; bit--)
        {
            power *= power;
            power = (((Modulus - 2) >> bit) & 1) == 0 ? power : power * value;
        }

        return power;
    }

    public static Field64Lanes<TLanes, TVector> FromUInt64(ulong value) =>
        new(TLanes.Broadcast((ulong)Field64.FromUInt64(value).ToUInt128()));

    public static Field64Lanes<TLanes, TVector> RootOfUnity(int logOrder) =>
        new(TLanes.Broadcast((ulong)Field64.RootOfUnity(logOrder).ToUInt128()));

    public static ulong DecodeRows(ReadOnlySpan<byte> rows, int stride, int count, Span<Field64Lanes<TLanes, TVector>> vector)
    {
        LaneRows<TLanes, TVector>.Read(rows, stride, count, MemoryMarshal.Cast<Field64Lanes<TLanes, TVector>, TVector>(vector));
        return LanesAboveModulus(vector);
    }

    public static void EncodeRows(ReadOnlySpan<Field64Lanes<TLanes, TVector>> vector, Span<byte> rows, int stride, int count) =>
        LaneRows<TLanes, TVector>.Write(MemoryMarshal.Cast<Field64Lanes<TLanes, TVector>, TVector>(vector), rows, stride, count);

    public static bool DecodeElements(ReadOnlySpan<byte> encoded, Span<Field64Lanes<TLanes, TVector>> vector)
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(vector);
        encoded.CopyTo(bytes);
        bytes[encoded.Length..].Clear();
        return LanesAboveModulus(vector) == 0;
    }

    public static void EncodeElements(ReadOnlySpan<Field64Lanes<TLanes, TVector>> vector, Span<byte> encoded) =>
        MemoryMarshal.AsBytes(vector)[..encoded.Length].CopyTo(encoded);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong LanesAboveModulus(ReadOnlySpan<Field64Lanes<TLanes, TVector>> vector)
    {
        TVector largest = default;
        foreach (Field64Lanes<TLanes, TVector> element in vector)
        {
            largest = TLanes.Maximum(largest, element._value);
        }

        return TLanes.TopBits(TLanes.Less(TLanes.Broadcast(Modulus - 1), largest));
    }

    public static void Expand(ref Xof.XofTurboShake128 xof, int lane, Span<Field64Lanes<TLanes, TVector>> vector) =>
        LaneExpansion.Expand<Field64>(ref xof, MemoryMarshal.Cast<Field64Lanes<TLanes, TVector>, ulong>(vector), lane, TLanes.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAccumulate(
        Field64Lanes<TLanes, TVector> factor, ReadOnlySpan<Field64Lanes<TLanes, TVector>> values, Span<ulong> accumulators)
    {
        Span<Field64Lanes<TLanes, TVector>> sums = MemoryMarshal.Cast<ulong, Field64Lanes<TLanes, TVector>>(accumulators);
        for (int i = 0; i < values.Length; i++)
        {
            sums[i] += factor * values[i];
        }
    }

    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field64Lanes<TLanes, TVector>> values) =>
        MemoryMarshal.Cast<ulong, Field64Lanes<TLanes, TVector>>(accumulators)[..values.Length].CopyTo(values);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Field64Lanes<TLanes, TVector> InnerProduct(
        ReadOnlySpan<Field64Lanes<TLanes, TVector>> left, ReadOnlySpan<Field64Lanes<TLanes, TVector>> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        Field64Lanes<TLanes, TVector> sum = default;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    // For a left below p and a right of at most p: the difference, or after a borrow the difference plus p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Difference(TVector left, TVector right) =>
        TLanes.Subtract(TLanes.Subtract(left, right), TLanes.And(TLanes.Less(left, right), TLanes.Broadcast(Epsilon)));

    // As the scalar Reduce, which proves that nothing carries twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Reduce(TVector low, TVector high)
    {
        TVector epsilon = TLanes.Broadcast(Epsilon);
        TVector highHigh = TLanes.ShiftRight(high, 32);
        TVector difference = TLanes.Subtract(TLanes.Subtract(low, highHigh), TLanes.And(TLanes.Less(low, highHigh), epsilon));
        TVector product = TLanes.MultiplyHalves(high, epsilon);
        TVector sum = TLanes.Add(difference, product);
        sum = TLanes.Add(sum, TLanes.And(TLanes.Less(sum, product), epsilon));

        // Below p, taking p off wraps around to a larger number.
        return TLanes.Minimum(sum, TLanes.Subtract(sum, TLanes.Broadcast(Modulus)));
    }
}
