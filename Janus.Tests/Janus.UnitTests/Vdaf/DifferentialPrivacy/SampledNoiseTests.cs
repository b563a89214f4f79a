using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Security.Cryptography;
using Janus.Dap;
using Janus.Vdaf;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.UnitTests.Vdaf.DifferentialPrivacy;

/// <summary>Noise as wide as it is in use, from bytes that are the same in every run, so that nothing here is left to chance.</summary>
internal sealed class SampledNoiseTests
{
    private const int Samples = 20_000;

    // The 99.9 % quantile of the chi-square distribution with 24 degrees of freedom.
    private const double Quantile = 51.18;

    private static readonly NoiseDistribution[] Distributions =
    [
        new DiscreteLaplace(new Rational(20, 1)),
        new DiscreteLaplace(new Rational(BigInteger.Parse("1000000007"), 1000003)),
        new DiscreteGaussian(new Rational(400, 1)),
        new DiscreteGaussian(new Rational(1_000_000, 7)),
    ];

    [TestCaseSource(nameof(Distributions))]
    public void Noise_passes_a_test_of_its_goodness_of_fit(NoiseDistribution noise)
    {
        // 25 cells of equal probability over the magnitudes with their signs: their bounds come from the true distribution.
        int[] counts = new int[25];
        (double[] cumulative, int offset) = Cumulative(noise);
        double[] expected = new double[counts.Length];
        int[] cellOf = [.. cumulative.Select(below => Math.Min(counts.Length - 1, (int)(below * counts.Length)))];
        for (int i = 0; i < cumulative.Length; i++)
        {
            expected[cellOf[i]] += (cumulative[i] - (i == 0 ? 0 : cumulative[i - 1])) * Samples;
        }

        using CryptographicUniformSource source = Seeded(1);
        for (int i = 0; i < Samples; i++)
        {
            counts[cellOf[Math.Clamp((int)noise.Sample(source) + offset, 0, cellOf.Length - 1)]]++;
        }

        double statistic = counts.Zip(expected, (count, mean) => (count - mean) * (count - mean) / mean).Sum();
        Assert.That(expected, Is.All.GreaterThan(100));
        Assert.That(statistic, Is.LessThan(Quantile));
    }

    [TestCaseSource(nameof(Distributions))]
    public void The_variance_is_at_most_its_bound_and_close_to_it(NoiseDistribution noise)
    {
        using CryptographicUniformSource source = Seeded(2);
        double mean = 0;
        double variance = 0;
        for (int i = 0; i < Samples; i++)
        {
            double sample = (double)noise.Sample(source);
            mean += sample / Samples;
            variance += sample * sample / Samples;
        }

        double bound = (double)noise.VarianceBound.Numerator / (double)noise.VarianceBound.Denominator;
        Assert.That(variance / bound, Is.EqualTo(1).Within(0.05));
        Assert.That(Math.Abs(mean), Is.LessThan(Math.Sqrt(bound / Samples) * 4));
    }

    [TestCase("count")]
    [TestCase("sum:1000000")]
    [TestCase("sumvec:50:255")]
    [TestCase("histogram:50")]
    [TestCase("multihot:50:3")]
    public void Noise_is_added_to_an_aggregate_share_in_its_field_and_negative_numbers_are_below_the_modulus(string text)
    {
        VdafDescription description = VdafDescription.Parse(text);
        Prio3 vdaf = (Prio3)description.ToVdaf();
        DiscreteLaplace noise = new(new Rational(1000, 1));
        byte[] share = new byte[vdaf.AggShareLength([])];
        using (CryptographicUniformSource source = Seeded(3))
        {
            vdaf.Merge([], share, vdaf.DrawNoise(noise, source));
        }

        using CryptographicUniformSource same = Seeded(3);
        BigInteger[] expected = [.. Enumerable.Range(0, vdaf.OutputLength).Select(_ => noise.Sample(same))];
        UInt128[] sum = vdaf.Unshard([], [share, new byte[share.Length]], 1);
        Assert.That(sum.Select(element => Signed(element, vdaf.Modulus)), Is.EqualTo(expected));
        Assert.That(expected, text.Contains(":50", StringComparison.Ordinal) ? Has.Some.LessThan(BigInteger.Zero) : Is.Not.Empty);
    }

    [Test]
    public void A_negative_number_is_the_modulus_less_its_magnitude()
    {
        foreach (Prio3 vdaf in new[] { Prio3.Sum(10), Prio3.Histogram(1, 1) })
        {
            byte[] noise = vdaf.DrawNoise(new DiscreteLaplace(new Rational(3, 1)), new Scripted(2, 2, 1, 1));
            Assert.That(new BigInteger(noise, isUnsigned: true), Is.EqualTo((BigInteger)vdaf.Modulus - 2));
        }

        Assert.That(Prio3.Sum(10).Modulus, Is.EqualTo((UInt128)0xFFFF_FFFF_0000_0001));
        Assert.That((BigInteger)Prio3.Histogram(1, 1).Modulus, Is.EqualTo((BigInteger.One << 128) - (7 * (BigInteger.One << 66)) + 1));
    }

    [TestCase("laplace:epsilon=1/3")]
    [TestCase("gaussian:epsilon=1/3")]
    [CancelAfter(60_000)]
    public void Noise_for_a_hundred_thousand_elements_takes_no_more_than_seconds(string strategy)
    {
        VdafDescription description = VdafDescription.SumVec(100_000, 255);
        NoiseDistribution noise = DifferentialPrivacyStrategy.Parse(strategy).NoiseFor(description);
        using CryptographicUniformSource source = new();
        long started = Stopwatch.GetTimestamp();
        byte[] share = ((Prio3)description.ToVdaf()).DrawNoise(noise, source);
        TestContext.Out.WriteLine($"{strategy}: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
        Assert.That(share, Has.Length.EqualTo(1_600_000));
    }

    [TestCase("2", "2")]
    [TestCase("1/2", "1/2")]
    [TestCase("10/4", "5/2")]
    [TestCase("0.125", "1/8")]
    [TestCase("3.0", "3")]
    [TestCase("999999999999999999/1", "999999999999999999")]
    public void A_fraction_is_read_in_each_of_its_forms(string text, string reduced)
    {
        Assert.That(Rational.TryParse(text, out Rational? rational), Is.True);
        Assert.That(rational!.ToString(), Is.EqualTo(reduced));
    }

    [TestCase("")]
    [TestCase("0")]
    [TestCase("0.0")]
    [TestCase("0/3")]
    [TestCase("1/0")]
    [TestCase("-1")]
    [TestCase("1/-2")]
    [TestCase("1e3")]
    [TestCase("1/2/3")]
    [TestCase("1.2.3")]
    [TestCase(".5")]
    [TestCase(" 1")]
    [TestCase("1,5")]
    [TestCase("1.5/2")]
    [TestCase("1000000000000000000")]
    public void What_is_no_positive_fraction_is_refused(string text) => Assert.That(Rational.TryParse(text, out _), Is.False);

    [Test]
    public void The_square_root_is_the_largest_whole_number_whose_square_is_not_above()
    {
        foreach (BigInteger root in (BigInteger[])[0, 1, 2, 3, 1000, BigInteger.One << 64, (BigInteger.One << 100) - 1])
        {
            Assert.That(DiscreteGaussian.SquareRoot(root * root), Is.EqualTo(root));
            Assert.That(DiscreteGaussian.SquareRoot((root * root) + (2 * root)), Is.EqualTo(root));
        }
    }

    private static BigInteger Signed(UInt128 element, UInt128 modulus) =>
        (BigInteger)element > (BigInteger)modulus / 2 ? (BigInteger)element - modulus : element;

    // Floating point is good enough here: the exact test is another one.
    private static (double[] Cumulative, int Offset) Cumulative(NoiseDistribution noise)
    {
        double deviation = Math.Sqrt((double)noise.VarianceBound.Numerator / (double)noise.VarianceBound.Denominator);
        int offset = (int)(deviation * 30);
        double[] cumulative = [.. Enumerable.Range(-offset, (2 * offset) + 1).Select(x => noise is DiscreteLaplace
            ? Math.Exp(-Math.Abs(x) * Math.Sqrt(2) / deviation)
            : Math.Exp(-(double)x * x / (2 * deviation * deviation)))];
        double total = cumulative.Sum();
        for (int i = 0; i < cumulative.Length; i++)
        {
            cumulative[i] = (cumulative[i] / total) + (i == 0 ? 0 : cumulative[i - 1]);
        }

        return (cumulative, offset);
    }

    // SHA-256 of a counter.
    private static CryptographicUniformSource Seeded(int seed)
    {
        long counter = (long)seed << 32;
        return new CryptographicUniformSource(block =>
        {
            byte[] input = new byte[sizeof(long)];
            for (int offset = 0; offset < block.Length; offset += SHA256.HashSizeInBytes)
            {
                BinaryPrimitives.WriteInt64LittleEndian(input, counter++);
                SHA256.HashData(input, block.Slice(offset, SHA256.HashSizeInBytes));
            }
        });
    }

    /// <summary>Gives numbers in turn.</summary>
    private sealed class Scripted(params int[] numbers) : IUniformSource
    {
        private int _next;

        public BigInteger NextBelow(BigInteger bound) => bound.IsOne ? 0 : numbers[_next++];
    }
}
