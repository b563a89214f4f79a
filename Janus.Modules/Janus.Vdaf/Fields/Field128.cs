using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields;

/// <summary>The field of order p = 2^128 − 7·2^66 + 1: VDAF §6.1.4 (Parameters).</summary>
/// <remarks>
/// Reduction folds with 2^128 ≡ c, where c = 7·2^66 − 1 = 28·2^64 − 1: a multiplication by c is one
/// shift by a limb, small products with 28, and one subtraction.
/// </remarks>
internal readonly struct Field128 : INttField<Field128>
{
    private const ulong ModulusHigh = 0xFFFF_FFFF_FFFF_FFE4;
    private const ulong ModulusLow = 1;
    private const ulong ComplementHigh = 27;
    private const ulong ComplementLow = ulong.MaxValue;

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

    public static Field128 Zero => default;

    public static Field128 One => new(1, 0);

    public static int ModulusBits => 128;

    public static int TwoAdicity => 66;

    public static int AccumulatorLimbs => Field128Vector.AccumulatorLimbs;

    public bool IsZero => (_low | _high) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator +(Field128 left, Field128 right)
    {
        ulong carry = 0;
        ulong low = Limbs.Add(left._low, right._low, ref carry);
        ulong high = Limbs.Add(left._high, right._high, ref carry);
        return SubtractModulusOnce(low, high, carry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator -(Field128 left, Field128 right)
    {
        ulong borrow = 0;
        ulong low = Limbs.Subtract(left._low, right._low, ref borrow);
        ulong high = Limbs.Subtract(left._high, right._high, ref borrow);

        // A borrow added 2^128, that is c too much modulo p.
        ulong mask = 0UL - borrow;
        borrow = 0;
        low = Limbs.Subtract(low, ComplementLow & mask, ref borrow);
        return new Field128(low, high - (ComplementHigh & mask) - borrow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator *(Field128 left, Field128 right)
    {
        Multiply(left, right, out ulong limb0, out ulong limb1, out ulong limb2, out ulong limb3);
        return Reduce(limb0, limb1, limb2, limb3);
    }

    public static Field128 operator -(Field128 value) => Zero - value;

    public static Field128 Invert(Field128 value) => value.Power(ModulusHigh - 1, ulong.MaxValue);

    public static Field128 FromUInt64(ulong value) => new(value, 0);

    public static Field128 RootOfUnity(int logOrder) => Roots[logOrder];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> encoded, out Field128 value)
    {
        ulong low = BinaryPrimitives.ReadUInt64LittleEndian(encoded);
        ulong high = BinaryPrimitives.ReadUInt64LittleEndian(encoded[sizeof(ulong)..]);
        value = new Field128(low, high);
        ulong borrow = 0;
        _ = Limbs.Subtract(low, ModulusLow, ref borrow);
        _ = Limbs.Subtract(high, ModulusHigh, ref borrow);
        return borrow != 0;
    }

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
        ulong high00 = Math.BigMul(left._low, right._low, out limb0);
        ulong high01 = Math.BigMul(left._low, right._high, out ulong low01);
        ulong high10 = Math.BigMul(left._high, right._low, out ulong low10);
        ulong high11 = Math.BigMul(left._high, right._high, out ulong low11);
        ulong carry = 0;
        limb1 = Limbs.Add(high00, low01, ref carry);
        limb2 = Limbs.Add(low11, high01, ref carry);
        limb3 = high11 + carry;
        carry = 0;
        limb1 = Limbs.Add(limb1, low10, ref carry);
        limb2 = Limbs.Add(limb2, high10, ref carry);
        limb3 += carry;
    }

    /// <summary>Reduces a number of five limbs whose top limb is below 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field128 Reduce(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong top)
    {
        // 2^256 ≡ c² = 784·2^128 − 56·2^64 + 1 ≡ 784·c − 56·2^64 + 1 = 21,896·2^64 − 783, and with
        // top < 2^32 the product stays below 2^79, hence below p.
        ulong borrow = 0;
        ulong low = Limbs.Subtract(0, 783 * top, ref borrow);
        return Reduce(limb0, limb1, limb2, limb3) + new Field128(low, (21_896 * top) - borrow);
    }

    /// <summary>Reduces a number of four limbs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field128 Reduce(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
    {
        // First fold: (limb3, limb2)·c has limbs s0 … s3, below 28·2^192.
        ulong high2 = Math.BigMul(limb2, 28, out ulong low2);
        ulong high3 = Math.BigMul(limb3, 28, out ulong low3);
        ulong borrow = 0, carry = 0;
        ulong s0 = Limbs.Subtract(0, limb2, ref borrow);
        ulong s1 = Limbs.Subtract(low2, limb3, ref borrow);
        ulong s2 = Limbs.Add(high2, low3, ref carry);
        ulong s3 = high3 + carry;
        s2 = Limbs.Subtract(s2, 0, ref borrow);
        s3 -= borrow;

        carry = 0;
        limb0 = Limbs.Add(limb0, s0, ref carry);
        limb1 = Limbs.Add(limb1, s1, ref carry);
        limb2 = Limbs.Add(s2, 0, ref carry);
        limb3 = s3 + carry;

        // Second fold: limb3 ≤ 28, so the product with c is below 785·2^128.
        high2 = Math.BigMul(limb2, 28, out low2);
        borrow = 0;
        carry = 0;
        s0 = Limbs.Subtract(0, limb2, ref borrow);
        s1 = Limbs.Subtract(low2, limb3, ref borrow);
        s2 = high2 + (28 * limb3) - borrow;
        limb0 = Limbs.Add(limb0, s0, ref carry);
        limb1 = Limbs.Add(limb1, s1, ref carry);
        s2 += carry;

        // Third fold: s2 ≤ 785, the product with c is below 2^79.
        borrow = 0;
        carry = 0;
        s0 = Limbs.Subtract(0, s2, ref borrow);
        s1 = (28 * s2) - borrow;
        limb0 = Limbs.Add(limb0, s0, ref carry);
        limb1 = Limbs.Add(limb1, s1, ref carry);
        return SubtractModulusOnce(limb0, limb1, carry);
    }

    // Takes p off a number of 129 bits below 2·p: adding c overflows exactly when the number is at least p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field128 SubtractModulusOnce(ulong low, ulong high, ulong top)
    {
        ulong carry = 0;
        ulong reducedLow = Limbs.Add(low, ComplementLow, ref carry);
        ulong reducedHigh = Limbs.Add(high, ComplementHigh, ref carry);
        ulong take = 0UL - (top | carry);
        return new Field128(low ^ ((low ^ reducedLow) & take), high ^ ((high ^ reducedHigh) & take));
    }

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
