using System.Diagnostics.CodeAnalysis;

namespace Janus.Vdaf.Lanes;

/// <summary>
/// The operations of one vector instruction set on lanes of 64 bits. Each lane belongs to a report of its own, so that a
/// batch of reports goes through the same instructions side by side.
/// </summary>
/// <remarks>No operation's time depends on the values: there is no branch, no table and no division.</remarks>
/// <typeparam name="TVector">The vector.</typeparam>
internal interface ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    /// <summary>The same value in every lane.</summary>
    static abstract TVector Broadcast(ulong value);

    /// <summary>The value in the first lane.</summary>
    static abstract ulong First(TVector value);

    /// <summary>Adds modulo 2^64.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>Subtracts modulo 2^64.</summary>
    static abstract TVector Subtract(TVector left, TVector right);

    /// <summary>The product of the lower halves of the lanes, 64 bits each.</summary>
    static abstract TVector MultiplyHalves(TVector left, TVector right);

    /// <summary>The product of the lower halves of the lanes, taken as signed numbers of 32 bits.</summary>
    static abstract TVector MultiplySignedHalves(TVector left, TVector right);

    /// <summary>Bitwise and.</summary>
    static abstract TVector And(TVector left, TVector right);

    /// <summary>Bitwise or.</summary>
    static abstract TVector Or(TVector left, TVector right);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TVector Xor(TVector left, TVector right);

    /// <summary>Bitwise exclusive or of three.</summary>
    static abstract TVector Xor(TVector first, TVector second, TVector third);

    /// <summary>Keccak's χ: <paramref name="a"/> ^ (~<paramref name="b"/> &amp; <paramref name="c"/>).</summary>
    static abstract TVector Chi(TVector a, TVector b, TVector c);

    /// <summary>Shifts left.</summary>
    static abstract TVector ShiftLeft(TVector value, [ConstantExpected] byte count);

    /// <summary>Shifts right, zeros coming in.</summary>
    static abstract TVector ShiftRight(TVector value, [ConstantExpected] byte count);

    /// <summary>Shifts left by a count below 64 that is the same for all lanes, and public.</summary>
    static abstract TVector ShiftLeftBy(TVector value, int count);

    /// <summary>Shifts right, zeros coming in, by a count below 64 that is the same for all lanes, and public.</summary>
    static abstract TVector ShiftRightBy(TVector value, int count);

    /// <summary>Shifts a signed number right.</summary>
    static abstract TVector ShiftRightSigned(TVector value, [ConstantExpected] byte count);

    /// <summary>Rotates left.</summary>
    static abstract TVector RotateLeft(TVector value, [ConstantExpected] byte count);

    /// <summary>All ones where an unsigned number is below another, zero elsewhere.</summary>
    static abstract TVector Less(TVector left, TVector right);

    /// <summary>All ones where two lanes are equal, zero elsewhere.</summary>
    static abstract TVector Equal(TVector left, TVector right);

    /// <summary>The smaller of two unsigned numbers.</summary>
    static abstract TVector Minimum(TVector left, TVector right);

    /// <summary>The larger of two unsigned numbers.</summary>
    static abstract TVector Maximum(TVector left, TVector right);

    /// <summary>The even lanes of two vectors, alternately.</summary>
    static abstract TVector UnpackLow(TVector left, TVector right);

    /// <summary>The odd lanes of two vectors, alternately.</summary>
    static abstract TVector UnpackHigh(TVector left, TVector right);

    /// <summary>Bit i is the top bit of lane i.</summary>
    static abstract ulong TopBits(TVector value);

    /// <summary>
    /// Exchanges rows and columns: lane i of vector j becomes lane j of vector i, for as many vectors as there are lanes.
    /// It may be done in place.
    /// </summary>
    static abstract void Transpose(ReadOnlySpan<TVector> square, Span<TVector> transposed);
}
