using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Janus.Vdaf.Lanes;

namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>Every operation of an instruction set does in every lane what it does on one word.</summary>
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>)])]
internal sealed class LaneOperationTests<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private static readonly ulong[] Words =
    [
        0, 1, 2, 7, (1UL << 26) - 1, 1UL << 26, int.MaxValue, (ulong)int.MaxValue + 1, uint.MaxValue - 1, uint.MaxValue, 1UL << 32, (1UL << 32) + 1,
        0xFFFF_FFFF_8000_0000, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_0000_0001, 0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210,
        long.MaxValue - 1, long.MaxValue, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue,
    ];

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need(TLanes.Count);

    [Test]
    public void Operations_on_two_words()
    {
        Check("add", TLanes.Add, (x, y) => unchecked(x + y));
        Check("subtract", TLanes.Subtract, (x, y) => unchecked(x - y));
        Check("multiply halves", TLanes.MultiplyHalves, (x, y) => unchecked((ulong)(uint)x * (uint)y));
        Check("multiply signed halves", TLanes.MultiplySignedHalves, (x, y) => unchecked((ulong)((long)(int)x * (int)y)));
        Check("and", TLanes.And, (x, y) => x & y);
        Check("or", TLanes.Or, (x, y) => x | y);
        Check("exclusive or", TLanes.Xor, (x, y) => x ^ y);
        Check("less", TLanes.Less, (x, y) => x < y ? ulong.MaxValue : 0);
        Check("equal", TLanes.Equal, (x, y) => x == y ? ulong.MaxValue : 0);
        Check("minimum", TLanes.Minimum, Math.Min);
        Check("maximum", TLanes.Maximum, Math.Max);
    }

    [Test]
    public void Operations_on_three_words()
    {
        foreach (ulong third in Words)
        {
            TVector broadcast = TLanes.Broadcast(third);
            Check($"exclusive or with {third}", (x, y) => TLanes.Xor(x, y, broadcast), (x, y) => x ^ y ^ third);
            Check($"chi of {third}", (x, y) => TLanes.Chi(broadcast, x, y), (x, y) => third ^ (~x & y));
            Check($"chi before {third}", (x, y) => TLanes.Chi(x, y, broadcast), (x, y) => x ^ (~y & third));
        }
    }

    [Test]
    public void Shifts_and_rotations_by_every_count_that_is_used()
    {
        Check("left 12", x => TLanes.ShiftLeft(x, 12), x => x << 12);
        Check("left 24", x => TLanes.ShiftLeft(x, 24), x => x << 24);
        Check("left 26", x => TLanes.ShiftLeft(x, 26), x => x << 26);
        Check("left 32", x => TLanes.ShiftLeft(x, 32), x => x << 32);
        Check("left 40", x => TLanes.ShiftLeft(x, 40), x => x << 40);
        Check("left 52", x => TLanes.ShiftLeft(x, 52), x => x << 52);
        Check("right 12", x => TLanes.ShiftRight(x, 12), x => x >> 12);
        Check("right 14", x => TLanes.ShiftRight(x, 14), x => x >> 14);
        Check("right 26", x => TLanes.ShiftRight(x, 26), x => x >> 26);
        Check("right 32", x => TLanes.ShiftRight(x, 32), x => x >> 32);
        Check("right 40", x => TLanes.ShiftRight(x, 40), x => x >> 40);
        Check("right 52", x => TLanes.ShiftRight(x, 52), x => x >> 52);
        Check("signed 24", x => TLanes.ShiftRightSigned(x, 24), x => unchecked((ulong)((long)x >> 24)));
        Check("signed 26", x => TLanes.ShiftRightSigned(x, 26), x => unchecked((ulong)((long)x >> 26)));
        Check("signed 63", x => TLanes.ShiftRightSigned(x, 63), x => unchecked((ulong)((long)x >> 63)));
        for (int count = 0; count < 64; count++)
        {
            int by = count;
            Check($"left by {by}", x => TLanes.ShiftLeftBy(x, by), x => x << by);
            Check($"right by {by}", x => TLanes.ShiftRightBy(x, by), x => x >> by);

            // Here the count is no constant, which an instruction set must do as well.
#pragma warning disable CA1857
            Check($"rotate {by}", x => TLanes.RotateLeft(x, (byte)by), x => BitOperations.RotateLeft(x, by));
#pragma warning restore CA1857
        }

        Check("rotate 1", x => TLanes.RotateLeft(x, 1), x => BitOperations.RotateLeft(x, 1));
        Check("rotate 44", x => TLanes.RotateLeft(x, 44), x => BitOperations.RotateLeft(x, 44));
        Check("rotate 62", x => TLanes.RotateLeft(x, 62), x => BitOperations.RotateLeft(x, 62));
    }

    [Test]
    public void Broadcast_fills_every_lane()
    {
        foreach (ulong word in Words)
        {
            Assert.That(WordsOf(TLanes.Broadcast(word)), Is.All.EqualTo(word));
        }

        Assert.That(WordsOf(default(TVector)), Has.Length.EqualTo(TLanes.Count));
    }

    [Test]
    public void Unpacking_takes_even_and_odd_lanes_alternately()
    {
        ulong[] left = [.. Enumerable.Range(0, TLanes.Count).Select(i => (ulong)i)];
        ulong[] right = [.. left.Select(i => i + 100)];
        ulong[] low = [.. Enumerable.Range(0, TLanes.Count).Select(i => i % 2 == 0 ? left[i] : right[i - 1])];
        ulong[] high = [.. Enumerable.Range(0, TLanes.Count).Select(i => i % 2 == 0 ? left[i + 1] : right[i])];

        Assert.That(WordsOf(TLanes.UnpackLow(VectorOf(left), VectorOf(right))), Is.EqualTo(low));
        Assert.That(WordsOf(TLanes.UnpackHigh(VectorOf(left), VectorOf(right))), Is.EqualTo(high));
    }

    [Test]
    public void Top_bits_are_told_lane_by_lane()
    {
        for (ulong bits = 0; bits < 1UL << TLanes.Count; bits++)
        {
            ulong set = bits;
            TVector vector = VectorOf([.. Enumerable.Range(0, TLanes.Count).Select(i => ((set >> i) & 1) != 0 ? 1UL << 63 : (ulong)long.MaxValue)]);

            Assert.That(TLanes.TopBits(vector), Is.EqualTo(bits));
        }
    }

    [Test]
    public void Transposing_exchanges_rows_and_columns()
    {
        TVector[] square = [.. Enumerable.Range(0, TLanes.Count).Select(row =>
            VectorOf([.. Enumerable.Range(0, TLanes.Count).Select(column => (ulong)((row << 8) | column))]))];

        TVector[] transposed = new TVector[TLanes.Count];
        TLanes.Transpose(square, transposed);
        TLanes.Transpose(square, square);

        Assert.That(square, Is.EqualTo(transposed), "in place");
        for (int row = 0; row < TLanes.Count; row++)
        {
            Assert.That(WordsOf(square[row]), Is.EqualTo(Enumerable.Range(0, TLanes.Count).Select(column => (ulong)((column << 8) | row))));
        }

        Assert.That(() => TLanes.Transpose(new TVector[TLanes.Count - 1], square), Throws.InstanceOf<IndexOutOfRangeException>());
    }

    // All words with all words, and each lane with something else.
    private static void Check(string what, Func<TVector, TVector, TVector> operation, Func<ulong, ulong, ulong> expected)
    {
        for (int start = 0; start < Words.Length * Words.Length; start += TLanes.Count)
        {
            ulong[] left = new ulong[TLanes.Count], right = new ulong[TLanes.Count];
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                left[lane] = Words[(start + lane) / Words.Length % Words.Length];
                right[lane] = Words[(start + lane) % Words.Length];
            }

            Assert.That(WordsOf(operation(VectorOf(left), VectorOf(right))), Is.EqualTo(left.Zip(right, expected)), what);
        }
    }

    private static void Check(string what, Func<TVector, TVector> operation, Func<ulong, ulong> expected) =>
        Check(what, (x, _) => operation(x), (x, _) => expected(x));

    private static TVector VectorOf(ulong[] words) => MemoryMarshal.Read<TVector>(MemoryMarshal.AsBytes<ulong>(words));

    private static ulong[] WordsOf(TVector vector) => MemoryMarshal.Cast<TVector, ulong>(new ReadOnlySpan<TVector>(in vector)).ToArray();
}
