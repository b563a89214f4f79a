using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Janus.Vdaf.Fields;

/// <summary>The field of order p = 2^64 − 2^32 + 1: VDAF §6.1.4 (Parameters).</summary>
internal readonly struct Field64 : IScalarField<Field64>
{
    private const ulong Modulus = 0xFFFF_FFFF_0000_0001;

    // 2^64 − p, hence 2^64 ≡ Epsilon; and 2^96 ≡ −1.
    private const ulong Epsilon = 0xFFFF_FFFF;

    private static readonly Field64[] Roots = RootsOfUnity.Derive(new Field64(7).Power(Modulus >> 32), 32);

    private readonly ulong _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Field64(ulong canonical) => _value = canonical;

    public static string Name => "Field64";

    public static int EncodedSize => sizeof(ulong);

    public static int Lanes => 1;

    public static Field64 Zero => default;

    public static Field64 One => new(1);

    public static int ModulusBits => 64;

    public static int TwoAdicity => 32;

    public static int AccumulatorLimbs => Field64Vector.AccumulatorLimbs;

    public bool IsZero => _value == 0;

    public ulong ZeroLanes => Limbs.Bit(IsZero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64 operator +(Field64 left, Field64 right)
    {
        ulong sum = left._value + right._value;
        ulong reduced = sum - Modulus;
        ulong keep = 0UL - (Limbs.Bit(sum >= left._value) & Limbs.Bit(sum < Modulus));
        return new Field64((sum & keep) | (reduced & ~keep));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64 operator -(Field64 left, Field64 right)
    {
        ulong difference = left._value - right._value;
        return new Field64(difference - (Epsilon & (0UL - Limbs.Bit(left._value < right._value))));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Field64 operator *(Field64 left, Field64 right)
    {
        ulong high = Math.BigMul(left._value, right._value, out ulong low);
        return Reduce(low, high);
    }

    public static Field64 operator -(Field64 value) => Zero - value;

    public static Field64 Invert(Field64 value) => value.Power(Modulus - 2);

    public static Field64 FromUInt64(ulong value) => Reduce(value, 0);

    public static Field64 RootOfUnity(int logOrder) => Roots[logOrder];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> encoded, out Field64 value)
    {
        value = new Field64(BinaryPrimitives.ReadUInt64LittleEndian(encoded));
        return value._value < Modulus;
    }

    public static ulong DecodeRows(ReadOnlySpan<byte> rows, int stride, int count, Span<Field64> vector) =>
        FieldVector.DecodeRow(rows, count, vector);

    public static void EncodeRows(ReadOnlySpan<Field64> vector, Span<byte> rows, int stride, int count) =>
        FieldVector.EncodeRow(vector, rows, count);

    public static bool DecodeElements(ReadOnlySpan<byte> encoded, Span<Field64> vector) => FieldVector.TryDecode(encoded, vector);

    public static void EncodeElements(ReadOnlySpan<Field64> vector, Span<byte> encoded) => FieldVector.Encode(vector, encoded);

    public static void MultiplyAccumulate(Field64 factor, ReadOnlySpan<Field64> values, Span<ulong> accumulators) =>
        Field64Vector.MultiplyAccumulate(factor, values, accumulators);

    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field64> values) =>
        Field64Vector.Reduce(accumulators, values);

    public static Field64 InnerProduct(ReadOnlySpan<Field64> left, ReadOnlySpan<Field64> right) =>
        Field64Vector.InnerProduct(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(Span<byte> encoded) => BinaryPrimitives.WriteUInt64LittleEndian(encoded, _value);

    public UInt128 ToUInt128() => _value;

    /// <summary>The unreduced product of two elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Multiply(Field64 left, Field64 right, out ulong low) =>
        Math.BigMul(left._value, right._value, out low);

    /// <summary>Reduces low + 2^64·high + 2^128·top, for a top below 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Field64 Reduce(ulong low, ulong high, ulong top) =>
        Reduce(low, high) - new Field64(Canonical(top << 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Field64 Reduce(ulong low, ulong high)
    {
        // low + 2^64·(highLow + 2^32·highHigh) ≡ low + Epsilon·highLow − highHigh.
        ulong highHigh = high >> 32;
        ulong difference = low - highHigh;

        // After a borrow the difference is at least 2^64 − 2^32 + 1, so taking Epsilon off cannot borrow again.
        difference -= Epsilon & (0UL - Limbs.Bit(low < highHigh));
        ulong product = (uint)high * Epsilon;
        ulong sum = difference + product;

        // After a carry the sum is at most 2^64 − 2^33, so adding Epsilon cannot carry again.
        sum += Epsilon & (0UL - Limbs.Bit(sum < product));
        return new Field64(Canonical(sum));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Canonical(ulong value) => value - (Modulus & (0UL - Limbs.Bit(value >= Modulus)));

    // The exponent is public.
    private Field64 Power(ulong exponent)
    {
        Field64 power = One;
        for (int bit = 63; bit >= 0; bit--)
        {
            power *= power;
            power = ((exponent >> bit) & 1) == 0 ? power : power * this;
        }

        return power;
    }
}
