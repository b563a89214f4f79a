using System.Diagnostics.CodeAnalysis;
using Janus.Vdaf.Lanes;

namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>
/// One lane that holds an interval instead of a number: a kernel that runs on it proves its bounds for every input. A sum
/// that might reach 2^63, or an operand of a product that might reach 2^31, throws.
/// </summary>
internal readonly struct IntervalLanes : ILanes<Interval>
{
    public static int Count => 1;

    /// <summary>The largest magnitude of a sum or product since it was last set to zero.</summary>
    public static Int128 LargestSum { get; set; }

    /// <summary>The largest magnitude of an operand of a product since it was last set to zero.</summary>
    public static Int128 LargestOperand { get; set; }

    public static Interval Broadcast(ulong value) => new(value, value);

    public static Interval Add(Interval left, Interval right) => Signed(left.Smallest + right.Smallest, left.Largest + right.Largest);

    public static Interval Subtract(Interval left, Interval right) => Signed(left.Smallest - right.Largest, left.Largest - right.Smallest);

    public static Interval MultiplyHalves(Interval left, Interval right) =>
        left.Smallest < 0 || right.Smallest < 0 ? throw new OverflowException("a product of unsigned halves of a negative number") : MultiplySignedHalves(left, right);

    public static Interval MultiplySignedHalves(Interval left, Interval right)
    {
        Operand(left);
        Operand(right);
        Int128[] corners =
        [
            left.Smallest * right.Smallest, left.Smallest * right.Largest, left.Largest * right.Smallest, left.Largest * right.Largest,
        ];
        return Signed(corners.Min(), corners.Max());
    }

    // With a mask of low bits, as all are.
    public static Interval And(Interval left, Interval right) =>
        right.Smallest != right.Largest || (right.Largest & (right.Largest + 1)) != 0 ? throw new NotSupportedException()
            : left.Smallest >= 0 && left.Largest <= right.Largest ? left
            : new(0, right.Largest);

    // Of parts that do not overlap: the result is at most the sum, or all ones where bits were shifted out.
    public static Interval Or(Interval left, Interval right) =>
        new(0, Int128.Min(left.Largest + right.Largest, ulong.MaxValue));

    public static Interval ShiftLeft(Interval value, [ConstantExpected] byte count) =>
        value.Smallest >= 0 && value.Largest << count > ulong.MaxValue
            ? new(0, ulong.MaxValue)
            : Unsigned(value.Smallest << count, value.Largest << count);

    public static Interval ShiftRight(Interval value, [ConstantExpected] byte count) =>
        value.Smallest < 0 ? throw new OverflowException("zeros shifted into a negative number") : new(value.Smallest >> count, value.Largest >> count);

    public static Interval ShiftRightSigned(Interval value, [ConstantExpected] byte count)
    {
        Signed(value.Smallest, value.Largest);
        return new(value.Smallest >> count, value.Largest >> count);
    }

    public static Interval Xor(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval Xor(Interval first, Interval second, Interval third) => throw new NotSupportedException();

    public static Interval Chi(Interval a, Interval b, Interval c) => throw new NotSupportedException();

    public static Interval ShiftLeftBy(Interval value, int count) => throw new NotSupportedException();

    public static Interval ShiftRightBy(Interval value, int count) => throw new NotSupportedException();

    public static Interval RotateLeft(Interval value, [ConstantExpected] byte count) => throw new NotSupportedException();

    public static Interval Less(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval Equal(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval Minimum(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval Maximum(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval UnpackLow(Interval left, Interval right) => throw new NotSupportedException();

    public static Interval UnpackHigh(Interval left, Interval right) => throw new NotSupportedException();

    public static ulong TopBits(Interval value) => throw new NotSupportedException();

    public static ulong First(Interval value) => throw new NotSupportedException();

    public static void Transpose(ReadOnlySpan<Interval> square, Span<Interval> transposed) => throw new NotSupportedException();

    private static void Operand(Interval value)
    {
        LargestOperand = Int128.Max(LargestOperand, value.Magnitude);
        if (value.Smallest < int.MinValue || value.Largest > int.MaxValue)
        {
            throw new OverflowException($"an operand of a product in {value}");
        }
    }

    private static Interval Signed(Int128 smallest, Int128 largest)
    {
        Interval value = new(smallest, largest);
        LargestSum = Int128.Max(LargestSum, value.Magnitude);
        return smallest < long.MinValue || largest > long.MaxValue ? throw new OverflowException($"a sum in {value}") : value;
    }

    private static Interval Unsigned(Int128 smallest, Int128 largest) =>
        smallest < long.MinValue || largest > ulong.MaxValue ? throw new OverflowException($"shifted to {smallest} to {largest}") : new(smallest, largest);
}
