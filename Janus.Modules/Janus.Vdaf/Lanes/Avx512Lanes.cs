using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Janus.Vdaf.Lanes;

/// <summary>Eight lanes of AVX-512 (F, DQ).</summary>
internal readonly struct Avx512Lanes : ILanes<Vector512<ulong>>
{
    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Broadcast(ulong value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong First(Vector512<ulong> value) => value.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Add(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.Add(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Subtract(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.Subtract(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplyHalves(Vector512<ulong> left, Vector512<ulong> right) =>
        Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> MultiplySignedHalves(Vector512<ulong> left, Vector512<ulong> right) =>
        Avx512F.Multiply(left.AsInt32(), right.AsInt32()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> And(Vector512<ulong> left, Vector512<ulong> right) => left & right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Or(Vector512<ulong> left, Vector512<ulong> right) => left | right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> left, Vector512<ulong> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> first, Vector512<ulong> second, Vector512<ulong> third) =>
        Avx512F.TernaryLogic(first, second, third, 0x96);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Chi(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.TernaryLogic(a, b, c, 0xD2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftLeft(Vector512<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.ShiftLeftLogical(value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftRight(Vector512<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.ShiftRightLogical(value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftLeftBy(Vector512<ulong> value, int count) =>
        Avx512F.ShiftLeftLogical(value, Vector128.CreateScalar((ulong)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftRightBy(Vector512<ulong> value, int count) =>
        Avx512F.ShiftRightLogical(value, Vector128.CreateScalar((ulong)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ShiftRightSigned(Vector512<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.ShiftRightArithmetic(value.AsInt64(), count).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> RotateLeft(Vector512<ulong> value, [ConstantExpected] byte count) =>
        Avx512F.RotateLeft(value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Less(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.CompareLessThan(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Equal(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.CompareEqual(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Minimum(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.Min(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Maximum(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> UnpackLow(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.UnpackLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> UnpackHigh(Vector512<ulong> left, Vector512<ulong> right) => Avx512F.UnpackHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TopBits(Vector512<ulong> value) => value.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(ReadOnlySpan<Vector512<ulong>> square, Span<Vector512<ulong>> transposed)
    {
        _ = square[7];
        _ = transposed[7];

        // Pairs of lanes, then pairs of 128 bits, then pairs of 256 bits change places.
        Vector512<ulong> a0 = Avx512F.UnpackLow(square[0], square[1]), a1 = Avx512F.UnpackHigh(square[0], square[1]);
        Vector512<ulong> a2 = Avx512F.UnpackLow(square[2], square[3]), a3 = Avx512F.UnpackHigh(square[2], square[3]);
        Vector512<ulong> a4 = Avx512F.UnpackLow(square[4], square[5]), a5 = Avx512F.UnpackHigh(square[4], square[5]);
        Vector512<ulong> a6 = Avx512F.UnpackLow(square[6], square[7]), a7 = Avx512F.UnpackHigh(square[6], square[7]);

        // Even and odd quarters of two pairs: rows {0, 4} and {2, 6} of what belongs to one lane.
        Vector512<ulong> b0 = Avx512F.Shuffle4x128(a0, a2, 0x88), b2 = Avx512F.Shuffle4x128(a0, a2, 0xDD);
        Vector512<ulong> b1 = Avx512F.Shuffle4x128(a1, a3, 0x88), b3 = Avx512F.Shuffle4x128(a1, a3, 0xDD);
        Vector512<ulong> b4 = Avx512F.Shuffle4x128(a4, a6, 0x88), b6 = Avx512F.Shuffle4x128(a4, a6, 0xDD);
        Vector512<ulong> b5 = Avx512F.Shuffle4x128(a5, a7, 0x88), b7 = Avx512F.Shuffle4x128(a5, a7, 0xDD);

        transposed[0] = Avx512F.Shuffle4x128(b0, b4, 0x88);
        transposed[1] = Avx512F.Shuffle4x128(b1, b5, 0x88);
        transposed[2] = Avx512F.Shuffle4x128(b2, b6, 0x88);
        transposed[3] = Avx512F.Shuffle4x128(b3, b7, 0x88);
        transposed[4] = Avx512F.Shuffle4x128(b0, b4, 0xDD);
        transposed[5] = Avx512F.Shuffle4x128(b1, b5, 0xDD);
        transposed[6] = Avx512F.Shuffle4x128(b2, b6, 0xDD);
        transposed[7] = Avx512F.Shuffle4x128(b3, b7, 0xDD);
    }
}
