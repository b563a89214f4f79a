using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields;

/// <summary>The field of order p = 2^128 − 7·2^66 + 1: VDAF §6.1.4 (Parameters).</summary>
/// <remarks>
/// Products are divided by R = 2^128 on the way, as Montgomery does it: the modulus is one modulo 2^64, so that to clear
/// the lowest word of a number, that word times p is taken off, and no inverse is needed. With p = 2^128 − 28·2^64 + 1 it
/// adds 28 times the word to the next one, and takes the word off the one after that.
/// </remarks>
internal readonly struct Field128 : IScalarField<Field128>
{
    /// <summary>The upper word of the modulus; the lower one is one.</summary>
    internal const ulong ModulusHigh = 0xFFFF_FFFF_FFFF_FFE4;

    // 2^128 − p = Fold·2^64 − 1.
    private const ulong Fold = 28;

    // R² modulo p: R ≡ Fold·2^64 − 1, and its square 784·2^128 − 56·2^64 + 1 ≡ (784·Fold − 56)·2^64 − 783.
    private static Field128 FactorOfFactors => new(ulong.MaxValue - 782, (784 * Fold) - 57);

    // R·2^192 modulo p: (784·Fold − 56)·2^128 − 783·2^64 ≡ ((784·Fold − 56)·Fold − 783)·2^64 − (784·Fold − 56).
    private static Field128 FactorOfSums => new(ulong.MaxValue - 21_895, (21_896 * Fold) - 784);

    private static readonly Field128[] Roots = RootsOfUnity.Derive(new Field128(7, 0).Power(0, (1UL << 62) - 7), 66);

    private readonly ulong _low;
    private readonly ulong _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Field128(ulong low, ulong high)
    {
        _low = low;
        _high = high;
    }

    public static string Name => "Field128";

    public static int EncodedSize => 2 * sizeof(ulong);

    public static int Lanes => 1;

    public static Field128 Zero => default;

    public static Field128 One => new(1, 0);

    public static int ModulusBits => 128;

    public static int TwoAdicity => 66;

    public static int AccumulatorLimbs => Field128Vector.AccumulatorLimbs;

    public bool IsZero => (_low | _high) == 0;

    public ulong ZeroLanes => Limbs.Bit(IsZero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator +(Field128 left, Field128 right)
    {
        // An element's upper word is at most 2^64 − 28, so the carry finds room in it.
        ulong low = left._low + right._low;
        ulong addend = right._high + Limbs.Bit(low < right._low);
        ulong high = left._high + addend;

        // Minus p is minus 2^128, plus Fold·2^64, minus 1: the sum is not below p if it has a 129th bit, or gets it so.
        ulong fold = Fold - 1 + Limbs.Bit(low != 0);
        ulong take = Limbs.Bit(high < addend) | Limbs.Bit(high + fold < fold);
        return new Field128(low - take, high + (fold * take));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator -(Field128 left, Field128 right) =>
        Difference(left._low, left._high, right._low, right._high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator *(Field128 left, Field128 right) => Scale(Scale(left, right), FactorOfFactors);

    public static Field128 operator -(Field128 value) => Zero - value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 ToFactor(Field128 value) => Scale(value, FactorOfFactors);

    /// <summary>The product divided by R.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 Scale(Field128 value, Field128 factor)
    {
        // The product is T = (limb3, limb2)·R + (limb1, limb0), and what clears its lower half is m·p, m being (limb1, limb0)
        // once the first step has been taken: T/R − m·p/R is above −p and below p. Without its negative part, −m, it is at
        // most (p − 1)^2/R + Fold·2^64, below p.
        ulong upper00 = Limbs.Multiply(value._low, factor._low, out ulong limb0);
        ulong upper01 = Limbs.Multiply(value._low, factor._high, out ulong lower01);
        ulong upper10 = Limbs.Multiply(value._high, factor._low, out ulong lower10);
        ulong upper11 = Limbs.Multiply(value._high, factor._high, out ulong lower11);
        ulong fold0 = Limbs.Multiply(limb0, Fold, out ulong lowerFold0);
        ulong limb1 = upper00;
        ulong carries = Limbs.Add(ref limb1, lower01) + Limbs.Add(ref limb1, lower10) + Limbs.Add(ref limb1, lowerFold0);
        ulong fold1 = Limbs.Multiply(limb1, Fold, out ulong lowerFold1);

        // An element's upper word is at most 2^64 − 28, so the upper half of a product with it has room for a number below 28.
        ulong limb2 = upper01 + carries;
        ulong limb3 = upper11 + fold1
            + Limbs.Add(ref limb2, upper10 + fold0) + Limbs.Add(ref limb2, lower11) + Limbs.Add(ref limb2, lowerFold1);
        return Difference(limb2, limb3, limb0, limb1);
    }

    public static Field128 Invert(Field128 value) => value.Power(ModulusHigh - 1, ulong.MaxValue);

    public static Field128 FromUInt64(ulong value) => new(value, 0);

    public static Field128 RootOfUnity(int logOrder) => Roots[logOrder];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> encoded, out Field128 value)
    {
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(encoded);
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(encoded[sizeof(ulong)..]);
        value = new Field128(low, high);
        return AtLeastModulus(low, high) == 0;
    }

    public static ulong DecodeRows(ReadOnlySpan<byte> rows, int stride, int count, Span<Field128> vector) =>
        FieldVector.DecodeRow(rows, count, vector);

    public static void EncodeRows(ReadOnlySpan<Field128> vector, Span<byte> rows, int stride, int count) =>
        FieldVector.EncodeRow(vector, rows, count);

    public static bool DecodeElements(ReadOnlySpan<byte> encoded, Span<Field128> vector) => FieldVector.TryDecode(encoded, vector);

    public static void EncodeElements(ReadOnlySpan<Field128> vector, Span<byte> encoded) => FieldVector.Encode(vector, encoded);

    public static void MultiplyAccumulate(Field128 factor, ReadOnlySpan<Field128> values, Span<ulong> accumulators) =>
        Field128Vector.MultiplyAccumulate(factor, values, accumulators);

    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field128> values) =>
        Field128Vector.Reduce(accumulators, values);

    public static Field128 InnerProduct(ReadOnlySpan<Field128> left, ReadOnlySpan<Field128> right) =>
        Field128Vector.InnerProduct(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> encoded)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(encoded, _low);
        BinaryPrimitives.WriteUInt64LittleEndian(encoded[sizeof(ulong)..], _high);
    }

    public UInt128 ToUInt128() => new(_high, _low);

    /// <summary>The unreduced product of two elements, least significant limb first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Multiply(
        Field128 left, Field128 right, out ulong limb0, out ulong limb1, out ulong limb2, out ulong limb3)
    {
        limb1 = Limbs.Multiply(left._low, right._low, out limb0);
        limb2 = Limbs.Multiply(left._low, right._high, out ulong low01);
        ulong high10 = Limbs.Multiply(left._high, right._low, out ulong low10);
        limb3 = Limbs.Multiply(left._high, right._high, out ulong low11);

        // With upper words of at most 2^64 − 28 the upper half of a product with one has room for two carries.
        limb2 += Limbs.Add(ref limb1, low01) + Limbs.Add(ref limb1, low10);
        limb3 += Limbs.Add(ref limb2, high10) + Limbs.Add(ref limb2, low11);
    }

    /// <summary>Reduces a sum of products, of five limbs whose top limb is below 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field128 Reduce(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
    {
        // Three words are cleared: divided by 2^192 the sum is below 2^96, and so between −p and p after the third one.
        ulong upper0 = Limbs.Multiply(limb0, Fold, out ulong lower0);
        upper0 += Limbs.Add(ref limb1, lower0);
        ulong upper1 = Limbs.Multiply(limb1, Fold, out ulong lower1);
        upper1 += Limbs.Add(ref limb2, upper0) + Limbs.Add(ref limb2, lower1);
        ulong borrow = Limbs.Subtract(ref limb2, limb0);

        // After a borrow the third word is not zero, and neither is its product, which gives the borrow back.
        ulong upper2 = Limbs.Multiply(limb2, Fold, out ulong lower2);
        upper2 -= Limbs.Subtract(ref lower2, borrow);
        limb4 += upper2 + Limbs.Add(ref limb3, upper1) + Limbs.Add(ref limb3, lower2);
        return Scale(Difference(limb3, limb4, limb1, limb2), FactorOfSums);
    }

    // A number of two words minus another one, plus p if it is below. The first one's upper word is below 2^64 − 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field128 Difference(ulong low, ulong high, ulong lessLow, ulong lessHigh)
    {
        ulong reach = high + Limbs.Bit(low >= lessLow);
        ulong give = Limbs.Bit(reach <= lessHigh);
        ulong sum = low - lessLow + give;
        return new Field128(sum, reach - lessHigh - 1 - (Fold * give) + Limbs.Bit(sum < give));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong AtLeastModulus(ulong low, ulong high) =>
        Limbs.Bit(high > ModulusHigh) | (Limbs.Bit(high == ModulusHigh) & Limbs.Bit(low != 0));

    // The exponent is public.
    private Field128 Power(ulong exponentHigh, ulong exponentLow)
    {
        UInt128 exponent = new(exponentHigh, exponentLow);
        Field128 power = One;
        for (int bit = 127; bit >= 0; bit--)
        {
            power *= power;
            power = ((exponent >> bit) & 1) == 0 ? power : power * this;
        }

        return power;
    }
}
