using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields;

/// <summary>The field of order p = 2^128 − 7·2^66 + 1: VDAF §6.1.4 (Parameters).</summary>
/// <remarks>
/// Reduction folds with 2^128 ≡ 28·2^64 − 1: the limbs above the second move down with small factors. Few long
/// carry chains: the terms of each limb are summed on their own, and the carries, which may be negative, are
/// small signed numbers added to the next limb with their sign extended.
/// </remarks>
internal readonly struct Field128 : IScalarField<Field128>
{
    /// <summary>The upper word of the modulus; the lower one is one.</summary>
    internal const ulong ModulusHigh = 0xFFFF_FFFF_FFFF_FFE4;

    // 2^128 − p = Fold·2^64 − 1.
    private const ulong Fold = 28;

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
        ulong low = left._low + right._low;
        ulong carry = Limbs.Bit(low < right._low);
        ulong partial = left._high + right._high;
        ulong high = partial + carry;
        ulong top = Limbs.Bit(partial < right._high) | Limbs.Bit(high < carry);
        ulong take = top | AtLeastModulus(low, high);
        return new Field128(low - take, high + (Fold & (0UL - take)) - Limbs.Bit(low < take));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field128 operator -(Field128 left, Field128 right)
    {
        ulong low = left._low - right._low;
        ulong borrow = Limbs.Bit(left._low < right._low);
        ulong partial = left._high - right._high;
        ulong high = partial - borrow;

        // A borrow added 2^128, that is Fold·2^64 − 1 too much modulo p.
        ulong give = Limbs.Bit(left._high < right._high) | Limbs.Bit(partial < borrow);
        ulong sum = low + give;
        return new Field128(sum, high - (Fold & (0UL - give)) + Limbs.Bit(sum < give));
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
        // With c = 28·2^64 − 1, 2^256 ≡ c² = 784·2^128 − 56·2^64 + 1 ≡ 784·c − 56·2^64 + 1 = 21,896·2^64 − 783,
        // and with top < 2^32 the product is below p.
        ulong small = 783 * top;
        return Reduce(limb0, limb1, limb2, limb3) + new Field128(0 - small, (21_896 * top) - Limbs.Bit(small != 0));
    }

    /// <summary>Reduces a number of four limbs.</summary>
    /// <remarks>
    /// Let (t2, t1, t0) = 28·(limb3, limb2) and (v1, v0) = 28·t1, so t2 and v1 are at most 27. Folding three times, the
    /// number is congruent to (limb0 − limb2 − t1 − 28·t2 − v1) + (limb1 − limb3 + t0 + v0 + 783·t2 + 28·v1)·2^64.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field128 Reduce(ulong limb0, ulong limb1, ulong limb2, ulong limb3)
    {
        ulong t1 = Math.BigMul(limb2, Fold, out ulong t0);
        ulong t2 = Math.BigMul(limb3, Fold, out ulong low3);
        t1 += low3;
        t2 += Limbs.Bit(t1 < low3);
        ulong v1 = Math.BigMul(t1, Fold, out ulong v0);

        // The lower limb, with between zero and three borrows from the upper one.
        ulong small = (28 * t2) + v1;
        ulong low = limb0 - limb2;
        long borrows = Number(limb0 < limb2) + Number(low < t1);
        low -= t1;
        borrows += Number(low < small);
        low -= small;

        // The upper limb, with a carry between −1 and 3.
        ulong high = limb1 + t0;
        long carries = Number(high < t0);
        high += v0;
        carries += Number(high < v0) - Number(high < limb3);
        high -= limb3;
        long upper = (long)((783 * t2) + (28 * v1)) - borrows;
        carries += AddSigned(ref high, upper);

        // The carry folds once more; what is left over then is −1, 0 or 1.
        upper = ((long)Fold * carries) + AddSigned(ref low, -carries);
        long top = AddSigned(ref high, upper);
        long take = top + (Number(top == 0) & (long)AtLeastModulus(low, high));
        high += (ulong)(((long)Fold * take) + AddSigned(ref low, -take));
        return new Field128(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Number(bool condition) => (long)Limbs.Bit(condition);

    // Adds a small signed number to a limb and returns the carry: −1, 0 or 1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long AddSigned(ref ulong limb, long addend)
    {
        limb += (ulong)addend;
        return (addend >> 63) + Number(limb < (ulong)addend);
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
