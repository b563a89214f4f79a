using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Janus.Vdaf.Lanes;

/// <summary>Four lanes of AVX2.</summary>
internal readonly struct Avx2Lanes : ILanes<Vector256<ulong>>
{
    private const ulong Top = 1UL << 63;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(ulong value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong First(Vector256<ulong> value) => value.ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Add(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Add(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Subtract(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Subtract(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplyHalves(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Multiply(left.AsUInt32(), right.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> MultiplySignedHalves(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Multiply(left.AsInt32(), right.AsInt32()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> And(Vector256<ulong> left, Vector256<ulong> right) => Avx2.And(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Or(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Or(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> left, Vector256<ulong> right) => Avx2.Xor(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> first, Vector256<ulong> second, Vector256<ulong> third) =>
        Avx2.Xor(Avx2.Xor(first, second), third);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx2.Xor(a, Avx2.AndNot(b, c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftLeft(Vector256<ulong> value, [ConstantExpected] byte count) =>
        Avx2.ShiftLeftLogical(value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftRight(Vector256<ulong> value, [ConstantExpected] byte count) =>
        Avx2.ShiftRightLogical(value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftLeftBy(Vector256<ulong> value, int count) =>
        Avx2.ShiftLeftLogical(value, Vector128.CreateScalar((ulong)count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftRightBy(Vector256<ulong> value, int count) =>
        Avx2.ShiftRightLogical(value, Vector128.CreateScalar((ulong)count));

    // There is no such instruction: with 2^63 added the number is not negative, and the addition is undone behind the shift.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ShiftRightSigned(Vector256<ulong> value, [ConstantExpected] byte count) =>
        Avx2.Subtract(Avx2.ShiftRightLogical(Avx2.Xor(value, Broadcast(Top)), count), Broadcast(Top >> count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateLeft(Vector256<ulong> value, [ConstantExpected] byte count) =>
#pragma warning disable CA1857 // a constant, once this is inlined
        Avx2.Or(Avx2.ShiftLeftLogical(value, count), Avx2.ShiftRightLogical(value, (byte)(64 - count)));
#pragma warning restore CA1857

    // Only signed numbers can be compared: flipping the top bits keeps the order.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Less(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.CompareGreaterThan(
            Avx2.Xor(right, Broadcast(Top)).AsInt64(), Avx2.Xor(left, Broadcast(Top)).AsInt64()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Equal(Vector256<ulong> left, Vector256<ulong> right) => Avx2.CompareEqual(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Minimum(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.BlendVariable(right, left, Less(left, right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Maximum(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.BlendVariable(left, right, Less(left, right));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> UnpackLow(Vector256<ulong> left, Vector256<ulong> right) => Avx2.UnpackLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> UnpackHigh(Vector256<ulong> left, Vector256<ulong> right) => Avx2.UnpackHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TopBits(Vector256<ulong> value) => value.ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(ReadOnlySpan<Vector256<ulong>> square, Span<Vector256<ulong>> transposed)
    {
        _ = square[3];
        _ = transposed[3];
        Vector256<ulong> a0 = Avx2.UnpackLow(square[0], square[1]), a1 = Avx2.UnpackHigh(square[0], square[1]);
        Vector256<ulong> a2 = Avx2.UnpackLow(square[2], square[3]), a3 = Avx2.UnpackHigh(square[2], square[3]);
        transposed[0] = Avx2.Permute2x128(a0, a2, 0x20);
        transposed[1] = Avx2.Permute2x128(a1, a3, 0x20);
        transposed[2] = Avx2.Permute2x128(a0, a2, 0x31);
        transposed[3] = Avx2.Permute2x128(a1, a3, 0x31);
    }
}
