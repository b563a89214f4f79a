using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Fields.Kernels;
using Janus.Vdaf.Lanes;

namespace Janus.UnitTests.Vdaf.Fields.Kernels;

/// <summary>Products in digits at the extremes of their bounds, compared with integers.</summary>
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>)])]
internal sealed class Field128DigitsTests<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int Count = Field128Digits<TLanes, TVector>.Count;
    private const int Columns = Field128Digits<TLanes, TVector>.Columns;
    private const long Largest = (1L << 26) - 1;

    private static readonly BigInteger Modulus = FieldOracle.Modulus<Field128>();
    private static readonly BigInteger R = BigInteger.One << 130;
    private static readonly BigInteger S = BigInteger.One << 156;

    // The most negative number that stands for an element: above −4/3·p.
    private static readonly BigInteger Lowest = -(4 * Modulus / 3);

    private static readonly BigInteger[] Elements =
    [
        0, 1, 2, Modulus - 1, Modulus - 2, Modulus / 2, Modulus / 3, (BigInteger.One << 26) - 1, BigInteger.One << 26, (BigInteger.One << 52) - 1,
        BigInteger.One << 52, (BigInteger.One << 64) - 1, BigInteger.One << 64, (BigInteger.One << 64) + 1, BigInteger.One << 66,
        (BigInteger.One << 78) - 1, BigInteger.One << 104, (BigInteger.One << 104) - 1, (BigInteger.One << 127) + 1, Modulus - (BigInteger.One << 64),
    ];

    private static readonly BigInteger[] Numbers =
    [
        .. Elements, .. Elements.Select(element => -element), Lowest, Lowest + 1, -Modulus, -Modulus - 1, -Modulus + 1, Modulus, Modulus / 4, 4 * Modulus / 3,
    ];

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need(TLanes.Count);

    [Test]
    public void Elements_are_split_into_digits_and_joined_again()
    {
        foreach (BigInteger[] integers in Elements.Chunk(TLanes.Count))
        {
            TVector[] words = Vectors(integers, integer => [Word(integer), Word(integer >> 64)]);
            TVector[] digits = new TVector[Count];

            Field128Digits<TLanes, TVector>.Split(words[0], words[1], out digits[0], out digits[1], out digits[2], out digits[3], out digits[4]);

            AssertLanes(digits, integers, DigitsOf, "digits");
            AssertLanes(Join(digits), integers, integer => [Word(integer), Word(integer >> 64)], "words");
        }
    }

    [Test]
    public void Numbers_between_minus_p_and_p_are_joined_to_the_element_they_stand_for()
    {
        BigInteger[] between = [.. Numbers.Where(number => BigInteger.Abs(number) < Modulus), -Modulus + 1, -Modulus + 2, -Modulus + (BigInteger.One << 64), -1, -2];
        foreach (BigInteger[] integers in between.Chunk(TLanes.Count))
        {
            AssertLanes(Join(Vectors(integers, DigitsOf)), integers, integer => WordsOf(Residue(integer)), "words");
        }
    }

    [Test]
    public void Modulus_is_added_exactly_where_the_mask_says()
    {
        BigInteger[] integers = [.. Elements, BigInteger.One << 127, (BigInteger.One << 128) - Modulus, (BigInteger.One << 128) - Modulus - 1, (BigInteger.One << 128) - 1];
        foreach (BigInteger[] some in integers.Chunk(TLanes.Count))
        {
            TVector[] words = Vectors(some, integer => [Word(integer), Word(integer >> 64), integer.IsEven ? -1 : 0]);
            TVector low = words[0], high = words[1];

            Field128Digits<TLanes, TVector>.AddModulus(words[2], ref low, ref high);

            AssertLanes([low, high], some, integer => WordsOf(integer.IsEven ? integer + Modulus : integer), "words");
        }
    }

    [Test]
    public void Modulus_is_added_to_digits_without_carries()
    {
        foreach (BigInteger[] integers in Numbers.Chunk(TLanes.Count))
        {
            TVector[] digits = Vectors(integers, DigitsOf);
            Field128Digits<TLanes, TVector>.AddModulus(ref digits[0], ref digits[2], ref digits[3], ref digits[4]);

            AssertLanes(digits, integers, integer => [.. DigitsOf(integer).Zip(DigitsOf(Modulus), (x, y) => x + y)], "digits");
        }
    }

    [Test]
    public void Columns_are_those_of_the_product_for_all_digits_that_kernels_multiply()
    {
        // Lazy sums reach ±2^29, a factor's digits 2^26 − 1.
        long[][] left = Corners([-(1L << 29), -(1L << 29) + 1, -Largest, 0, (1L << 29) - 1], seed: 1, count: 200);
        long[][] right = Corners([0, 1, Largest], seed: 2, count: 200);
        for (int start = 0; start < left.Length; start += TLanes.Count)
        {
            long[][] a = left[start..Math.Min(start + TLanes.Count, left.Length)], b = right[start..Math.Min(start + TLanes.Count, left.Length)];
            TVector[] columns = Multiply(Vectors(a, digits => digits), Vectors(b, digits => digits));

            AssertLanes(columns, [.. Enumerable.Range(0, a.Length)], i => ColumnsOf(a[i], b[i]), "columns");
            MultiplyAdd(Vectors(b, digits => digits), Vectors(a, digits => digits), columns);
            AssertLanes(columns, [.. Enumerable.Range(0, a.Length)], i => [.. ColumnsOf(a[i], b[i]).Select(column => 2 * column)], "added columns");
        }
    }

    [Test]
    public void Reduced_products_of_numbers_and_elements_stay_within_their_bounds()
    {
        (BigInteger Left, BigInteger Right)[] pairs = [.. Numbers.SelectMany(left => Elements.Select(right => (left, right)))];
        foreach ((BigInteger Left, BigInteger Right)[] some in pairs.Chunk(TLanes.Count))
        {
            TVector[] digits = Reduce(Multiply(Vectors(some, pair => DigitsOf(pair.Left)), Vectors(some, pair => DigitsOf(pair.Right))));

            AssertReduced(digits, [.. some.Select(pair => pair.Left * pair.Right)], R);
            for (int lane = 0; lane < some.Length; lane++)
            {
                BigInteger number = Number(digits, lane);
                Assert.That(number, Is.GreaterThan(Lowest).And.LessThan(Modulus / 3 + 1), $"{some[lane]}");
                if (some[lane].Left >= 0 && some[lane].Left < Modulus)
                {
                    Assert.That(number, Is.GreaterThan(-Modulus).And.LessThan(Modulus / 4 + 1), $"{some[lane]}");
                }
            }
        }
    }

    [Test]
    public void Reduced_products_of_lazy_sums_stay_within_their_bounds()
    {
        // The largest numbers that the wire transform multiplies, 24·p, in digits that have not been carried.
        long[][] lazy = Corners([-8 * Largest, 8 * Largest], seed: 3, count: 200);
        foreach (long[] digits in lazy)
        {
            digits[4] = (digits[4] > 0 ? 1 : -1) * ((24L << 24) - 10);
        }

        foreach (long[][] some in lazy.Chunk(TLanes.Count))
        {
            TVector[] reduced = Reduce(Multiply(Vectors(some, digits => digits), Vectors(some, _ => DigitsOf(Modulus - 1))));

            AssertReduced(reduced, [.. some.Select(digits => Number(digits) * (Modulus - 1))], R);
        }
    }

    [Test]
    public void Sums_of_as_many_products_as_columns_hold_are_reduced_between_minus_p_and_p()
    {
        int terms = Field128Digits<TLanes, TVector>.MaximumTerms;
        BigInteger[] left = [Lowest + 1, -Modulus, -1, 0, 1, Modulus / 3, Modulus - 1, Lowest + (BigInteger.One << 104)];
        BigInteger[] right = [0, 1, Modulus - 1, Modulus - 2, Modulus - (BigInteger.One << 104), (BigInteger.One << 104) - 1, 1, BigInteger.One << 127];
        for (int shift = 0; shift < right.Length; shift++)
        {
            (BigInteger Left, BigInteger Right)[] pairs = [.. left.Select((x, i) => (x, right[(i + shift) % right.Length]))];
            foreach ((BigInteger Left, BigInteger Right)[] some in pairs.Chunk(TLanes.Count))
            {
                TVector[] a = Vectors(some, pair => DigitsOf(pair.Left)), b = Vectors(some, pair => DigitsOf(pair.Right));
                TVector[] columns = new TVector[Columns];
                for (int term = 0; term < terms; term++)
                {
                    MultiplyAdd(a, b, columns);
                }

                AssertReducedSum(columns, [.. some.Select(pair => terms * pair.Left * pair.Right)]);
            }
        }
    }

    [Test]
    public void Columns_at_the_largest_and_smallest_sums_are_reduced_exactly()
    {
        // Digits as large as they get whatever the number, each column's sum at its end of the range.
        long largest = 256L * 5 * Largest * Largest;
        long[][] corners = Corners([-largest, 0, largest], seed: 4, count: 500);
        long[][] columns = [.. corners.Select((low, i) =>
        {
            long[] high = corners[^(i + 1)];

            // The number stays above −p·2^137 and below 2^265.
            return (long[])[low[0], low[1], low[2], low[3], low[4], high[1] / 2, high[2] / 2, high[3] / 8, Math.Sign(high[4]) * ((1L << 56) - 1)];
        })];
        foreach (long[][] some in columns.Chunk(TLanes.Count))
        {
            AssertReducedSum(Vectors(some, column => column), [.. some.Select(column => Number(column))]);
        }
    }

    [Test]
    public void Normalized_numbers_are_congruent_and_have_small_digits()
    {
        foreach (int bits in (int[])[27, 29, 40, 50, 57])
        {
            long digit = (1L << bits) - 1, last = Math.Min(digit, (1L << 54) - 1);
            long[][] numbers = Corners([-digit, -1, 0, digit], seed: bits, count: 300);
            foreach (long[] number in numbers)
            {
                number[4] = Math.Clamp(number[4], -last, last);
            }

            foreach (long[][] some in numbers.Chunk(TLanes.Count))
            {
                TVector[] digits = Vectors(some, number => number);
                Field128Digits<TLanes, TVector>.Normalize(ref digits[0], ref digits[1], ref digits[2], ref digits[3], ref digits[4]);
                BigInteger carry = 2 + (BigInteger.One << (bits - 26)) + ((BigInteger.One << bits) >> 52);
                AssertNormalized(digits, some, -carry, (1L << 24) + carry);

                Field128Digits<TLanes, TVector>.Normalize(ref digits[0], ref digits[1], ref digits[2], ref digits[3], ref digits[4]);
                AssertNormalized(digits, some, -1, 1L << 24);
            }
        }
    }

    private static void AssertNormalized(TVector[] digits, long[][] numbers, BigInteger smallest, BigInteger largest)
    {
        for (int lane = 0; lane < numbers.Length; lane++)
        {
            Assert.That(Residue(Number(digits, lane)), Is.EqualTo(Residue(Number(numbers[lane]))));
            AssertDigits(digits, lane);
            Assert.That((BigInteger)At(digits[4], lane), Is.InRange(smallest, largest));
        }
    }

    private static void AssertReduced(TVector[] digits, BigInteger[] products, BigInteger divisor)
    {
        for (int lane = 0; lane < products.Length; lane++)
        {
            BigInteger scaled = Number(digits, lane) * divisor;
            Assert.That(Residue(scaled), Is.EqualTo(Residue(products[lane])), "congruent");
            Assert.That(scaled, Is.LessThanOrEqualTo(products[lane]).And.GreaterThan(products[lane] - (Modulus * divisor)), "T/R − m·p/R");
            AssertDigits(digits, lane);
        }
    }

    private static void AssertReducedSum(TVector[] c, BigInteger[] sums)
    {
        TVector[] digits = new TVector[Count];
        Field128Digits<TLanes, TVector>.ReduceSum(
            c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], out digits[0], out digits[1], out digits[2], out digits[3], out digits[4]);
        for (int lane = 0; lane < sums.Length; lane++)
        {
            BigInteger number = Number(digits, lane);
            Assert.That(BigInteger.Abs(sums[lane]), Is.LessThan(Modulus << 137), "the test keeps the bound");
            Assert.That(Residue(number * S), Is.EqualTo(Residue(sums[lane])), "congruent");
            Assert.That(number, Is.GreaterThan(-Modulus).And.LessThan(Modulus));
            AssertDigits(digits, lane);
        }

        BigInteger inverse = BigInteger.ModPow(S, Modulus - 2, Modulus);
        AssertLanes(Join(digits), sums, sum => WordsOf(Residue(sum * inverse)), "joined");
    }

    private static void AssertDigits(TVector[] digits, int lane)
    {
        for (int i = 0; i < Count - 1; i++)
        {
            Assert.That(At(digits[i], lane), Is.InRange(0, Largest), $"digit {i}");
        }
    }

    private static void AssertLanes<T>(TVector[] vectors, T[] values, Func<T, long[]> expected, string what)
    {
        for (int lane = 0; lane < values.Length; lane++)
        {
            int index = lane;
            Assert.That(vectors.Select(vector => At(vector, index)), Is.EqualTo(expected(values[lane])), $"{what} of {values[lane]}");
        }
    }

    private static TVector[] Multiply(TVector[] a, TVector[] b)
    {
        TVector[] c = new TVector[Columns];
        Field128Digits<TLanes, TVector>.Multiply(
            a[0], a[1], a[2], a[3], a[4], b[0], b[1], b[2], b[3], b[4],
            out c[0], out c[1], out c[2], out c[3], out c[4], out c[5], out c[6], out c[7], out c[8]);
        return c;
    }

    private static void MultiplyAdd(TVector[] a, TVector[] b, TVector[] c) => Field128Digits<TLanes, TVector>.MultiplyAdd(
        a[0], a[1], a[2], a[3], a[4], b[0], b[1], b[2], b[3], b[4],
        ref c[0], ref c[1], ref c[2], ref c[3], ref c[4], ref c[5], ref c[6], ref c[7], ref c[8]);

    private static TVector[] Reduce(TVector[] c)
    {
        TVector[] a = new TVector[Count];
        Field128Digits<TLanes, TVector>.Reduce(
            c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], out a[0], out a[1], out a[2], out a[3], out a[4]);
        return a;
    }

    private static TVector[] Join(TVector[] a)
    {
        Field128Digits<TLanes, TVector>.Join(a[0], a[1], a[2], a[3], a[4], out TVector low, out TVector high);
        return [low, high];
    }

    // All combinations of the values in five digits, or as many of them as are asked for.
    private static long[][] Corners(long[] values, int seed, int count)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
            i < values.Length ? Enumerable.Repeat(values[i], Count).ToArray() : random.GetItems(values, Count))];
    }

    private static long[] ColumnsOf(long[] left, long[] right)
    {
        long[] columns = new long[Columns];
        for (int i = 0; i < Count; i++)
        {
            for (int j = 0; j < Count; j++)
            {
                columns[i + j] = checked(columns[i + j] + (left[i] * right[j]));
            }
        }

        return columns;
    }

    private static BigInteger Residue(BigInteger number) => ((number % Modulus) + Modulus) % Modulus;

    private static long[] DigitsOf(BigInteger number) =>
        [.. Enumerable.Range(0, Count - 1).Select(i => (long)((number >> (26 * i)) & Largest)), (long)(number >> 104)];

    private static long[] WordsOf(BigInteger integer) => [Word(integer), Word(integer >> 64)];

    private static long Word(BigInteger integer) => unchecked((long)(ulong)(integer & ulong.MaxValue));

    private static BigInteger Number(long[] digits) =>
        digits.Select((digit, i) => (BigInteger)digit << (26 * i)).Aggregate(BigInteger.Zero, BigInteger.Add);

    private static BigInteger Number(TVector[] digits, int lane) => Number([.. digits.Select(digit => At(digit, lane))]);

    private static long At(TVector vector, int lane) => MemoryMarshal.Cast<TVector, long>(new ReadOnlySpan<TVector>(in vector))[lane];

    // One vector for each of the words that a lane's value is made of; lanes left over are zero.
    private static TVector[] Vectors<T>(T[] values, Func<T, long[]> wordsOf)
    {
        long[][] words = [.. values.Select(wordsOf)];
        TVector[] vectors = new TVector[words[0].Length];
        Span<long> lanes = MemoryMarshal.Cast<TVector, long>(vectors.AsSpan());
        for (int lane = 0; lane < values.Length; lane++)
        {
            for (int i = 0; i < vectors.Length; i++)
            {
                lanes[(i * TLanes.Count) + lane] = words[lane][i];
            }
        }

        return vectors;
    }
}
