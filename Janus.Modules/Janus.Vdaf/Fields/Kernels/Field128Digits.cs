using System.Runtime.CompilerServices;
using Janus.Vdaf.Lanes;

namespace Janus.Vdaf.Fields.Kernels;

/// <summary>
/// Products in <see cref="Field128"/> on numbers of five digits of 26 bits, in every lane: the inner loop of everything
/// that is fast.
/// </summary>
/// <remarks>
/// <para>
/// A number is the sum of a_i·2^(26·i). All digits but the last are in 0 … 2^26 − 1, the last is signed and below 2^26 in
/// magnitude; a number that stands for an element is below 4/3·p in magnitude. A product is nine columns c_i·2^(26·i), each
/// a sum of at most five products of digits: below 5·2^52 in magnitude, so that <see cref="MaximumTerms"/> products may be
/// added up column by column before a column reaches 2^63.
/// </para>
/// <para>
/// The modulus p = 2^128 − 7·2^66 + 1 is one modulo 2^66, hence Montgomery's reduction needs no inverse: to clear the lowest
/// digit d, take off d·p = d + 2^128·d − 7·2^66·d. That adds 7·2^14·d to column 2 and takes 2^24·d off column 4. Five such
/// steps divide by R = 2^130. From T they lead to T/R − m·p/R with 0 ≤ m &lt; R: above −p and below p/4 if both factors
/// are elements; above −4/3·p and below p/3 if one of them is and the other is below 4/3·p in magnitude.
/// </para>
/// <para>Straight-line code: neither time nor addresses depend on a value.</para>
/// </remarks>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class Field128Digits<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>The number of digits.</summary>
    public const int Count = 5;

    /// <summary>The number of columns of a product.</summary>
    public const int Columns = 9;

    /// <summary>
    /// The most products that columns hold: 256·5·2^52 is below 2^63, by more than a reduction adds to one.
    /// </summary>
    public const int MaximumTerms = 256;

    private const ulong Mask = (1UL << 26) - 1;

    // 7·2^66 begins 14 bits into the digit of 2^52.
    private const ulong SevenShifted = 7UL << 14;

    /// <summary>The digits of an integer of two words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(TVector low, TVector high, out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4)
    {
        TVector mask = TLanes.Broadcast(Mask);
        a0 = TLanes.And(low, mask);
        a1 = TLanes.And(TLanes.ShiftRight(low, 26), mask);
        a2 = TLanes.And(TLanes.Or(TLanes.ShiftRight(low, 52), TLanes.ShiftLeft(high, 12)), mask);
        a3 = TLanes.And(TLanes.ShiftRight(high, 14), mask);
        a4 = TLanes.ShiftRight(high, 40);
    }

    /// <summary>The columns of a product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        TVector a0, TVector a1, TVector a2, TVector a3, TVector a4,
        TVector b0, TVector b1, TVector b2, TVector b3, TVector b4,
        out TVector c0, out TVector c1, out TVector c2, out TVector c3, out TVector c4, out TVector c5, out TVector c6, out TVector c7, out TVector c8)
    {
        c0 = TLanes.MultiplySignedHalves(a0, b0);
        c1 = TLanes.MultiplySignedHalves(a0, b1);
        c1 = TLanes.Add(c1, TLanes.MultiplySignedHalves(a1, b0));
        c2 = TLanes.MultiplySignedHalves(a0, b2);
        c2 = TLanes.Add(c2, TLanes.MultiplySignedHalves(a1, b1));
        c2 = TLanes.Add(c2, TLanes.MultiplySignedHalves(a2, b0));
        c3 = TLanes.MultiplySignedHalves(a0, b3);
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a1, b2));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a2, b1));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a3, b0));
        c4 = TLanes.MultiplySignedHalves(a0, b4);
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a1, b3));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a2, b2));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a3, b1));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a4, b0));
        c5 = TLanes.MultiplySignedHalves(a1, b4);
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a2, b3));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a3, b2));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a4, b1));
        c6 = TLanes.MultiplySignedHalves(a2, b4);
        c6 = TLanes.Add(c6, TLanes.MultiplySignedHalves(a3, b3));
        c6 = TLanes.Add(c6, TLanes.MultiplySignedHalves(a4, b2));
        c7 = TLanes.MultiplySignedHalves(a3, b4);
        c7 = TLanes.Add(c7, TLanes.MultiplySignedHalves(a4, b3));
        c8 = TLanes.MultiplySignedHalves(a4, b4);
    }

    /// <summary>Adds the columns of a product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        TVector a0, TVector a1, TVector a2, TVector a3, TVector a4,
        TVector b0, TVector b1, TVector b2, TVector b3, TVector b4,
        ref TVector c0, ref TVector c1, ref TVector c2, ref TVector c3, ref TVector c4, ref TVector c5, ref TVector c6, ref TVector c7, ref TVector c8)
    {
        c0 = TLanes.Add(c0, TLanes.MultiplySignedHalves(a0, b0));
        c1 = TLanes.Add(c1, TLanes.MultiplySignedHalves(a0, b1));
        c1 = TLanes.Add(c1, TLanes.MultiplySignedHalves(a1, b0));
        c2 = TLanes.Add(c2, TLanes.MultiplySignedHalves(a0, b2));
        c2 = TLanes.Add(c2, TLanes.MultiplySignedHalves(a1, b1));
        c2 = TLanes.Add(c2, TLanes.MultiplySignedHalves(a2, b0));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a0, b3));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a1, b2));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a2, b1));
        c3 = TLanes.Add(c3, TLanes.MultiplySignedHalves(a3, b0));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a0, b4));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a1, b3));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a2, b2));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a3, b1));
        c4 = TLanes.Add(c4, TLanes.MultiplySignedHalves(a4, b0));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a1, b4));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a2, b3));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a3, b2));
        c5 = TLanes.Add(c5, TLanes.MultiplySignedHalves(a4, b1));
        c6 = TLanes.Add(c6, TLanes.MultiplySignedHalves(a2, b4));
        c6 = TLanes.Add(c6, TLanes.MultiplySignedHalves(a3, b3));
        c6 = TLanes.Add(c6, TLanes.MultiplySignedHalves(a4, b2));
        c7 = TLanes.Add(c7, TLanes.MultiplySignedHalves(a3, b4));
        c7 = TLanes.Add(c7, TLanes.MultiplySignedHalves(a4, b3));
        c8 = TLanes.Add(c8, TLanes.MultiplySignedHalves(a4, b4));
    }

    /// <summary>Divides columns by R: the digits of a number that is congruent.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Reduce(
        TVector c0, TVector c1, TVector c2, TVector c3, TVector c4, TVector c5, TVector c6, TVector c7, TVector c8,
        out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4)
    {
        TVector mask = TLanes.Broadcast(Mask), seven = TLanes.Broadcast(SevenShifted);
        TVector d0 = TLanes.And(c0, mask);
        c1 = TLanes.Add(c1, TLanes.ShiftRightSigned(c0, 26));
        c2 = TLanes.Add(c2, TLanes.MultiplyHalves(d0, seven));
        c4 = TLanes.Subtract(c4, TLanes.ShiftLeft(d0, 24));
        TVector d1 = TLanes.And(c1, mask);
        c2 = TLanes.Add(c2, TLanes.ShiftRightSigned(c1, 26));
        c3 = TLanes.Add(c3, TLanes.MultiplyHalves(d1, seven));
        c5 = TLanes.Subtract(c5, TLanes.ShiftLeft(d1, 24));
        TVector d2 = TLanes.And(c2, mask);
        c3 = TLanes.Add(c3, TLanes.ShiftRightSigned(c2, 26));
        c4 = TLanes.Add(c4, TLanes.MultiplyHalves(d2, seven));
        c6 = TLanes.Subtract(c6, TLanes.ShiftLeft(d2, 24));
        TVector d3 = TLanes.And(c3, mask);
        c4 = TLanes.Add(c4, TLanes.ShiftRightSigned(c3, 26));
        c5 = TLanes.Add(c5, TLanes.MultiplyHalves(d3, seven));
        c7 = TLanes.Subtract(c7, TLanes.ShiftLeft(d3, 24));
        TVector d4 = TLanes.And(c4, mask);
        c5 = TLanes.Add(c5, TLanes.ShiftRightSigned(c4, 26));
        c6 = TLanes.Add(c6, TLanes.MultiplyHalves(d4, seven));
        c8 = TLanes.Subtract(c8, TLanes.ShiftLeft(d4, 24));

        // What is left is in columns 5 to 8: carry upwards.
        a0 = TLanes.And(c5, mask);
        c6 = TLanes.Add(c6, TLanes.ShiftRightSigned(c5, 26));
        a1 = TLanes.And(c6, mask);
        c7 = TLanes.Add(c7, TLanes.ShiftRightSigned(c6, 26));
        a2 = TLanes.And(c7, mask);
        c8 = TLanes.Add(c8, TLanes.ShiftRightSigned(c7, 26));
        a3 = TLanes.And(c8, mask);
        a4 = TLanes.ShiftRightSigned(c8, 26);
    }

    /// <summary>
    /// Divides the columns of a sum of up to <see cref="MaximumTerms"/> products by S = 2^156: the digits of a congruent
    /// number between −p and p. The sixth step makes up for the size of the sum, which must be at least −2^137·p and below
    /// 2^265: if one factor of each product is an element and the other is below 4/3·p in magnitude, so is the sum below
    /// 4/3·2^264.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ReduceSum(
        TVector c0, TVector c1, TVector c2, TVector c3, TVector c4, TVector c5, TVector c6, TVector c7, TVector c8,
        out TVector a0, out TVector a1, out TVector a2, out TVector a3, out TVector a4)
    {
        TVector mask = TLanes.Broadcast(Mask), seven = TLanes.Broadcast(SevenShifted);
        TVector c9 = default;

        // Plus p·2^137 = 2^265 − 7·2^203 + 2^137, so that the sum is not negative.
        c5 = TLanes.Add(c5, TLanes.Broadcast(1UL << 7));
        c7 = TLanes.Subtract(c7, TLanes.Broadcast(7UL << 21));
        c8 = TLanes.Add(c8, TLanes.Broadcast(1UL << 57));
        TVector d0 = TLanes.And(c0, mask);
        c1 = TLanes.Add(c1, TLanes.ShiftRightSigned(c0, 26));
        c2 = TLanes.Add(c2, TLanes.MultiplyHalves(d0, seven));
        c4 = TLanes.Subtract(c4, TLanes.ShiftLeft(d0, 24));
        TVector d1 = TLanes.And(c1, mask);
        c2 = TLanes.Add(c2, TLanes.ShiftRightSigned(c1, 26));
        c3 = TLanes.Add(c3, TLanes.MultiplyHalves(d1, seven));
        c5 = TLanes.Subtract(c5, TLanes.ShiftLeft(d1, 24));
        TVector d2 = TLanes.And(c2, mask);
        c3 = TLanes.Add(c3, TLanes.ShiftRightSigned(c2, 26));
        c4 = TLanes.Add(c4, TLanes.MultiplyHalves(d2, seven));
        c6 = TLanes.Subtract(c6, TLanes.ShiftLeft(d2, 24));
        TVector d3 = TLanes.And(c3, mask);
        c4 = TLanes.Add(c4, TLanes.ShiftRightSigned(c3, 26));
        c5 = TLanes.Add(c5, TLanes.MultiplyHalves(d3, seven));
        c7 = TLanes.Subtract(c7, TLanes.ShiftLeft(d3, 24));
        TVector d4 = TLanes.And(c4, mask);
        c5 = TLanes.Add(c5, TLanes.ShiftRightSigned(c4, 26));
        c6 = TLanes.Add(c6, TLanes.MultiplyHalves(d4, seven));
        c8 = TLanes.Subtract(c8, TLanes.ShiftLeft(d4, 24));
        TVector d5 = TLanes.And(c5, mask);
        c6 = TLanes.Add(c6, TLanes.ShiftRightSigned(c5, 26));
        c7 = TLanes.Add(c7, TLanes.MultiplyHalves(d5, seven));
        c9 = TLanes.Subtract(c9, TLanes.ShiftLeft(d5, 24));

        a0 = TLanes.And(c6, mask);
        c7 = TLanes.Add(c7, TLanes.ShiftRightSigned(c6, 26));
        a1 = TLanes.And(c7, mask);
        c8 = TLanes.Add(c8, TLanes.ShiftRightSigned(c7, 26));
        a2 = TLanes.And(c8, mask);
        c9 = TLanes.Add(c9, TLanes.ShiftRightSigned(c8, 26));
        a3 = TLanes.And(c9, mask);
        a4 = TLanes.ShiftRightSigned(c9, 26);
    }

    /// <summary>
    /// The digits of a congruent number. Before, all digits but the last may have 57 bits and the last one 54. After, the last
    /// one is from 0 to 2^24 − 1 plus what the others carry into it: if they have 29 bits, less than 16 in magnitude; if they
    /// have more than 50, this is done twice, and leaves it from −1 to 2^24.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normalize(ref TVector a0, ref TVector a1, ref TVector a2, ref TVector a3, ref TVector a4)
    {
        // With t = a4 div 2^24, take off t·p, which is t·2^128 − 7·2^66·t + t.
        TVector mask = TLanes.Broadcast(Mask);
        TVector t = TLanes.ShiftRightSigned(a4, 24);
        a4 = TLanes.And(a4, TLanes.Broadcast((1UL << 24) - 1));
        a2 = TLanes.Add(a2, TLanes.MultiplySignedHalves(t, TLanes.Broadcast(SevenShifted)));
        a0 = TLanes.Subtract(a0, t);
        a1 = TLanes.Add(a1, TLanes.ShiftRightSigned(a0, 26));
        a0 = TLanes.And(a0, mask);
        a2 = TLanes.Add(a2, TLanes.ShiftRightSigned(a1, 26));
        a1 = TLanes.And(a1, mask);
        a3 = TLanes.Add(a3, TLanes.ShiftRightSigned(a2, 26));
        a2 = TLanes.And(a2, mask);
        a4 = TLanes.Add(a4, TLanes.ShiftRightSigned(a3, 26));
        a3 = TLanes.And(a3, mask);
    }

    /// <summary>Adds p = 2^128 − 7·2^66 + 1, whose second digit is zero, without carries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddModulus(ref TVector a0, ref TVector a2, ref TVector a3, ref TVector a4)
    {
        a0 = TLanes.Add(a0, TLanes.Broadcast(1));
        a2 = TLanes.Add(a2, TLanes.Broadcast((Field128.ModulusHigh << 12) & Mask));
        a3 = TLanes.Add(a3, TLanes.Broadcast((Field128.ModulusHigh >> 14) & Mask));
        a4 = TLanes.Add(a4, TLanes.Broadcast(Field128.ModulusHigh >> 40));
    }

    /// <summary>The canonical words of a number between −p and p, both excluded.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(TVector a0, TVector a1, TVector a2, TVector a3, TVector a4, out TVector low, out TVector high)
    {
        low = TLanes.Or(TLanes.Or(a0, TLanes.ShiftLeft(a1, 26)), TLanes.ShiftLeft(a2, 52));
        high = TLanes.Or(TLanes.Or(TLanes.ShiftRight(a2, 12), TLanes.ShiftLeft(a3, 14)), TLanes.ShiftLeft(a4, 40));
        AddModulus(TLanes.ShiftRightSigned(a4, 63), ref low, ref high);
    }

    /// <summary>Adds p modulo 2^128 in the lanes where the mask is all ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddModulus(TVector mask, ref TVector low, ref TVector high)
    {
        // The lower word of p is one: it carries exactly when the sum's lower word is zero.
        low = TLanes.Subtract(low, mask);
        TVector carry = TLanes.And(TLanes.Equal(low, default), mask);
        high = TLanes.Subtract(TLanes.Add(high, TLanes.And(mask, TLanes.Broadcast(Field128.ModulusHigh))), carry);
    }
}
