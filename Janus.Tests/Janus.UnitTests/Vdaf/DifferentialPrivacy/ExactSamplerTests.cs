using System.Numerics;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.UnitTests.Vdaf.DifferentialPrivacy;

/// <summary>
/// The samplers against their distributions, without chance: all sequences of random numbers are enumerated up to an
/// improbable rest, and what each outcome has got for certain must be no more than its true probability, and no less than
/// that without the rest. One comparison that is the wrong way round, or one branch too few, breaks one of the bounds.
/// Noise is tested attempt by attempt: one that is rejected has no influence on the next.
/// </summary>
internal sealed class ExactSamplerTests
{
    private const int ThresholdBits = 23;

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(1, 2)]
    [TestCase(3, 7)]
    [TestCase(5, 3)]
    [TestCase(4, 1)]
    public void A_trial_succeeds_with_the_exponential_probability(int numerator, int denominator)
    {
        Enumeration<bool> trials = Enumeration<bool>.Of(source => ExponentialBernoulli.Sample(source, numerator, denominator), 60);
        Assert.That(trials.Undecided, Is.LessThan(Part(1_000_000_000)));
        AssertWithin(trials.Decided.GetValueOrDefault(true), trials.Undecided, Fraction.NegativeExponential(numerator, denominator), "success");
    }

    [TestCase(1, 1)]
    [TestCase(3, 2)]
    [TestCase(2, 3)]
    [TestCase(5, 1)]
    public void Discrete_laplace_noise_has_its_distribution(int numerator, int denominator)
    {
        DiscreteLaplace noise = new(new Rational(numerator, denominator));
        Enumeration<(bool, BigInteger)> samples = Attempts(noise);
        Fraction[] weights = [.. Enumerable.Range(0, 400).Select(x => Fraction.NegativeExponential((BigInteger)x * denominator, numerator))];
        AssertDistribution(samples, weights);
    }

    [TestCase(1, 1)]
    [TestCase(1, 2)]
    [TestCase(5, 3)]
    public void Discrete_gaussian_noise_has_its_distribution(int numerator, int denominator)
    {
        DiscreteGaussian noise = new(new Rational(numerator, denominator));
        Enumeration<(bool, BigInteger)> samples = Attempts(noise);
        Fraction[] weights = [.. Enumerable.Range(0, 60).Select(x => Fraction.NegativeExponential((BigInteger)x * x * denominator, 2 * numerator))];
        AssertDistribution(samples, weights);
    }

    [Test]
    public void A_wrong_distribution_is_found_out()
    {
        Fraction[] weights = [.. Enumerable.Range(0, 400).Select(x => Fraction.NegativeExponential((BigInteger)x * 2, 3))];
        DiscreteLaplace right = new(new Rational(3, 2));
        Enumeration<(bool, BigInteger)> wider = Attempts(new DiscreteLaplace(new Rational(25, 16)));
        Enumeration<(bool, BigInteger)> zeroTwice = Enumeration<(bool, BigInteger)>.Of(
            source => (right.TrySample(source, out BigInteger sample) || sample.IsZero, sample), ThresholdBits);
        Assert.That(() => AssertDistribution(Attempts(right), weights), Throws.Nothing);
        Assert.That(() => AssertDistribution(zeroTwice, weights), Throws.TypeOf<AssertionException>().With.Message.Contains("probable"));
        Assert.That(() => AssertDistribution(wider, weights), Throws.TypeOf<AssertionException>().With.Message.Contains("probable"));
    }

    [Test]
    public void A_trial_is_one_number_below_the_denominator()
    {
        for (int numerator = 0; numerator <= 5; numerator++)
        {
            int next = 0;
            IUniformSource source = new CountingSource(() => next++);
            int successes = Enumerable.Range(0, 5).Count(_ => source.NextTrial(numerator, 5));
            Assert.That(successes, Is.EqualTo(numerator));
        }
    }

    [Test]
    public void Numbers_from_bytes_are_uniform_below_every_bound()
    {
        // Each value of the bytes once: each number is drawn equally often, and the others are drawn again.
        foreach (int bound in (int[])[2, 3, 5, 7, 127, 128, 129, 255, 256])
        {
            int bits = BitOperations.Log2((uint)(bound - 1)) + 1;
            int next = 0;
            using CryptographicUniformSource source = new(block =>
            {
                for (int i = 0; i < block.Length; i++)
                {
                    block[i] = unchecked((byte)next++);
                }
            });
            int[] counts = new int[bound];
            int drawn = (256 >> bits) * bound;
            for (int i = 0; i < drawn; i++)
            {
                counts[(int)source.NextBelow(bound)]++;
            }

            Assert.That(counts, Is.All.EqualTo(256 >> bits), $"below {bound}");
        }
    }

    [Test]
    public void Numbers_below_large_bounds_reach_all_of_their_range()
    {
        foreach (int bits in (int[])[63, 64, 65, 127, 128, 200])
        {
            BigInteger bound = (BigInteger.One << bits) - 1;
            using CryptographicUniformSource source = new();
            BigInteger[] numbers = [.. Enumerable.Range(0, 200).Select(_ => source.NextBelow(bound))];

            // All in one half of the range: once in 2^199.
            Assert.That(numbers.Max(), Is.InRange(bound / 2, bound - 1));
            Assert.That(numbers.Min(), Is.InRange(BigInteger.Zero, bound / 2));
            Assert.That(numbers.Distinct().Count(), Is.EqualTo(numbers.Length));
        }
    }

    private static BigInteger Part(int parts) => (BigInteger.One << Fraction.Bits) / parts;

    private static Enumeration<(bool, BigInteger)> Attempts(NoiseDistribution noise) => Enumeration<(bool, BigInteger)>.Of(
        source => noise.TrySample(source, out BigInteger sample) ? (true, sample) : (false, BigInteger.Zero), ThresholdBits);

    // Weights of 0, 1, −1, 2, −2, …; those that are left out are too small to count.
    private static void AssertDistribution(Enumeration<(bool IsAccepted, BigInteger Sample)> attempts, Fraction[] weights)
    {
        Fraction sum = weights.Concat(weights.Skip(1)).Aggregate(Fraction.Zero, (total, weight) => total + weight);
        BigInteger negligible = BigInteger.One << (Fraction.Bits / 2);
        Assert.That(weights[^1].High, Is.LessThan(negligible), "the tail");
        BigInteger undecided = attempts.Undecided;
        Assert.That(undecided, Is.InRange(BigInteger.Zero, Part(1000)));
        BigInteger accepted = attempts.Decided.Where(outcome => outcome.Key.IsAccepted).Aggregate(BigInteger.Zero, (total, outcome) => total + outcome.Value);
        for (int x = -weights.Length + 1; x < weights.Length; x++)
        {
            // An attempt ends in x with the probability of x times that of being accepted, which lies between these two.
            Fraction probability = weights[Math.Abs(x)] / sum * new Fraction(accepted, accepted + undecided);
            BigInteger decided = attempts.Decided.GetValueOrDefault((true, x));
            AssertWithin(decided, undecided, new(probability.Low - negligible, probability.High + negligible), $"{x}");
            Assert.That(decided, Is.EqualTo(attempts.Decided.GetValueOrDefault((true, -x))), $"{x} and {-x}");
        }
    }

    private static void AssertWithin(BigInteger decided, BigInteger undecided, Fraction probability, string what)
    {
        Assert.That(decided, Is.LessThanOrEqualTo(probability.High), $"{what} is too probable");
        Assert.That(decided + undecided, Is.GreaterThanOrEqualTo(probability.Low), $"{what} is too improbable");
    }

    private sealed class CountingSource(Func<int> next) : IUniformSource
    {
        public BigInteger NextBelow(BigInteger bound) => next();
    }
}
