using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf.Fields.Kernels;
using D = Janus.Vdaf.Fields.Kernels.Field128Digits<Janus.UnitTests.Vdaf.Lanes.IntervalLanes, Janus.UnitTests.Vdaf.Lanes.Interval>;

namespace Janus.UnitTests.Vdaf.Fields.Kernels;

/// <summary>
/// The bounds that the kernels' remarks claim, proven by running the kernels themselves in interval arithmetic: whatever
/// the input, no column reaches 2^63, no operand 2^31, and what is joined lies between −p and p.
/// </summary>
/// <remarks>The last of a number's digits bounds it: the others, in 0 … 2^26 − 1, add less than 2^104.</remarks>
[TestFixture]
[NonParallelizable]
internal sealed class Field128BoundsTests
{
    // The last digit of a number from zero to below p, and of p.
    private const long One = 1L << 24;

    private static readonly Interval Digit = new(0, (1L << 26) - 1);

    private static readonly Interval[] AnyElement = [Digit, Digit, Digit, Digit, new(0, One - 1)];

    // The largest number that a product with an element leads back to: above −4/3·p, and below p/3.
    private static readonly Interval[] AnyProduct = [Digit, Digit, Digit, Digit, new(-((4 * One / 3) + 1), One / 3)];

    [SetUp]
    public void Begin() => (IntervalLanes.LargestSum, IntervalLanes.LargestOperand) = (0, 0);

    [Test]
    public void Product_of_elements_is_joined_without_overflow()
    {
        Interval[] product = Reduce(Multiply(AnyElement, AnyElement));

        AssertDigits(product);
        Assert.That(product[4].Smallest, Is.GreaterThanOrEqualTo((Int128)(-One)));
        Assert.That(product[4].Largest, Is.LessThanOrEqualTo((Int128)(One / 4)));
    }

    [Test]
    public void Product_of_elements_times_ever_more_elements_stays_above_minus_four_thirds_of_p()
    {
        Interval[] power = AnyElement;
        for (int i = 0; i < 100; i++)
        {
            power = Reduce(Multiply(power, AnyElement));
            AssertDigits(power);
            Assert.That(power[4].Smallest, Is.GreaterThanOrEqualTo(AnyProduct[4].Smallest));
            Assert.That(power[4].Largest, Is.LessThanOrEqualTo(AnyProduct[4].Largest));
        }

        Assert.That(IntervalLanes.LargestSum, Is.LessThan((Int128)5 << 52));
        AssertDigits(Reduce(Multiply(AnyProduct, AnyElement)));
    }

    [Test]
    public void As_many_products_as_columns_hold_are_added_and_reduced_without_overflow()
    {
        Interval[] columns = new Interval[D.Columns];
        for (int term = 0; term < D.MaximumTerms; term++)
        {
            MultiplyAdd(AnyProduct, AnyElement, columns);
        }

        Interval[] sum = new Interval[D.Count];
        D.ReduceSum(
            columns[0], columns[1], columns[2], columns[3], columns[4], columns[5], columns[6], columns[7], columns[8],
            out sum[0], out sum[1], out sum[2], out sum[3], out sum[4]);

        AssertDigits(sum);
        Assert.That(sum[4].Smallest, Is.GreaterThanOrEqualTo((Int128)(-One)));
        Assert.That(sum[4].Largest, Is.LessThan((Int128)(1L << 8)));
        Assert.That(IntervalLanes.LargestSum, Is.LessThan((Int128)1 << 63));
    }

    [Test]
    public void Four_times_as_many_products_would_overflow()
    {
        // The proof is one: it does not go through for everything.
        Interval[] columns = new Interval[D.Columns];

        Assert.That(
            () =>
            {
                for (int term = 0; term < 4 * D.MaximumTerms; term++)
                {
                    MultiplyAdd(AnyProduct, AnyElement, columns);
                }
            },
            Throws.InstanceOf<OverflowException>());
    }

    [Test]
    public void Wire_polynomial_of_any_size_is_transformed_within_the_bounds([Range(1, 10)] int logSize)
    {
        // What the left and the right wires begin with: a seed, products, and differences of elements.
        Interval[] difference = [.. AnyElement.Select(digit => new Interval(-digit.Largest, digit.Largest))];
        Interval[] even = Reduce(Multiply(AnyProduct, difference));
        Digits<Interval>[] values = new Digits<Interval>[1 << logSize];
        for (int i = 0; i < values.Length; i++)
        {
            for (int digit = 0; digit < D.Count; digit++)
            {
                values[i][digit] = difference[digit].Or(AnyProduct[digit]);
            }
        }

        // The widest results are those of the largest digits: what is multiplied may be negative and positive.
        Digits<ulong>[] factors = new Digits<ulong>[values.Length];
        foreach (ref Digits<ulong> factor in factors.AsSpan())
        {
            factor[0] = factor[1] = factor[2] = factor[3] = (1UL << 26) - 1;
            factor[4] = (1UL << 24) - 1;
        }

        Field128WireTransform<IntervalLanes, Interval>.Run(values, factors, factors, factors);

        Interval[] widest = new Interval[D.Count];
        foreach (ref Digits<Interval> value in values.AsSpan())
        {
            for (int digit = 0; digit < D.Count; digit++)
            {
                widest[digit] = widest[digit].Or(value[digit]);
            }
        }

        Assert.That(IntervalLanes.LargestOperand, Is.LessThan((Int128)1 << 29));
        Assert.That(IntervalLanes.LargestSum, Is.LessThan((Int128)5 << 55));
        AssertDigits(widest);
        Assert.That(widest[4].Smallest, Is.GreaterThanOrEqualTo((Int128)(-16)));
        Assert.That(widest[4].Largest, Is.LessThanOrEqualTo((Int128)(One + 16)));
        AssertGadgetPolynomial(even, Reduce(Multiply(widest, widest)));
    }

    // Products of two wires, up to 2^24 of them added up without carries, and what is done with the sum.
    private static void AssertGadgetPolynomial(Interval[] even, Interval[] odd)
    {
        Interval[] product = [.. even.Zip(odd, (x, y) => x.Or(y))];
        AssertDigits(product);
        Assert.That(product[4].Magnitude, Is.LessThanOrEqualTo(AnyProduct[4].Magnitude));
        Interval[] sum = [.. product.Select(digit => new Interval(digit.Smallest << 24, digit.Largest << 24))];
        D.Normalize(ref sum[0], ref sum[1], ref sum[2], ref sum[3], ref sum[4]);
        AssertDigits(sum);
        Assert.That(sum[4].Magnitude, Is.LessThan((Int128)((2 * One) + 2)));
        D.Normalize(ref sum[0], ref sum[1], ref sum[2], ref sum[3], ref sum[4]);
        AssertDigits(sum);
        Assert.That(sum[4].Smallest, Is.GreaterThanOrEqualTo((Int128)(-1)));
        D.AddModulus(ref sum[0], ref sum[2], ref sum[3], ref sum[4]);

        // With p added the last digit cannot be negative, so the product is not, and between −p and p.
        Assert.That(sum[4].Smallest, Is.GreaterThanOrEqualTo((Int128)0));
        Interval[] final = Reduce(Multiply(AnyElement, sum));
        AssertDigits(final);
        Assert.That(final[4].Smallest, Is.GreaterThanOrEqualTo((Int128)(-One)));
        Assert.That(final[4].Largest, Is.LessThan((Int128)One));
    }

    private static void AssertDigits(Interval[] number)
    {
        for (int i = 0; i < D.Count - 1; i++)
        {
            Assert.That(number[i].Smallest, Is.GreaterThanOrEqualTo(Digit.Smallest), $"digit {i}");
            Assert.That(number[i].Largest, Is.LessThanOrEqualTo(Digit.Largest), $"digit {i}");
        }
    }

    private static Interval[] Multiply(Interval[] a, Interval[] b)
    {
        Interval[] c = new Interval[D.Columns];
        D.Multiply(
            a[0], a[1], a[2], a[3], a[4], b[0], b[1], b[2], b[3], b[4],
            out c[0], out c[1], out c[2], out c[3], out c[4], out c[5], out c[6], out c[7], out c[8]);
        return c;
    }

    private static void MultiplyAdd(Interval[] a, Interval[] b, Interval[] c) => D.MultiplyAdd(
        a[0], a[1], a[2], a[3], a[4], b[0], b[1], b[2], b[3], b[4],
        ref c[0], ref c[1], ref c[2], ref c[3], ref c[4], ref c[5], ref c[6], ref c[7], ref c[8]);

    private static Interval[] Reduce(Interval[] c)
    {
        Interval[] a = new Interval[D.Count];
        D.Reduce(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], out a[0], out a[1], out a[2], out a[3], out a[4]);
        return a;
    }
}
