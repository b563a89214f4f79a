using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>
/// The discrete Gaussian distribution: x has a probability in proportion to exp(−x² / (2·σ²)). Canonne, Kamath and
/// Steinke, "The Discrete Gaussian for Differential Privacy", Algorithm 3.
/// </summary>
public sealed record DiscreteGaussian : NoiseDistribution
{
    // t = ⌊σ⌋ + 1, the scale of the Laplace distribution from which candidates are taken.
    private readonly BigInteger _t;
    private readonly DiscreteLaplace _candidates;

    /// <summary>The distribution with a parameter σ².</summary>
    public DiscreteGaussian(Rational variance)
    {
        ArgumentNullException.ThrowIfNull(variance);
        Variance = variance;
        _t = SquareRoot(variance.Numerator / variance.Denominator) + 1;
        _candidates = new DiscreteLaplace(new Rational(_t, 1));
    }

    /// <summary>The parameter σ².</summary>
    public Rational Variance { get; }

    /// <summary>σ², which the variance of the discrete distribution does not exceed.</summary>
    public override Rational VarianceBound => Variance;

    // With σ² = a/b a candidate y is accepted with exp(−(|y| − σ²/t)² / (2·σ²)), whose exponent is
    // (|y|·b·t − a)² / (2·a·b·t²).
    internal override bool TrySample(IUniformSource source, out BigInteger sample)
    {
        if (!_candidates.TrySample(source, out sample))
        {
            return false;
        }

        (BigInteger a, BigInteger b) = (Variance.Numerator, Variance.Denominator);
        BigInteger distance = (BigInteger.Abs(sample) * b * _t) - a;
        return ExponentialBernoulli.Sample(source, distance * distance, 2 * a * b * _t * _t);
    }

    /// <summary>The largest whole number whose square is at most <paramref name="value"/>.</summary>
    internal static BigInteger SquareRoot(BigInteger value)
    {
        if (value.IsZero)
        {
            return value;
        }

        // Newton's iteration from above falls until it has arrived.
        BigInteger root = BigInteger.One << checked((int)((value.GetBitLength() + 1) / 2));
        while (true)
        {
            BigInteger next = (root + (value / root)) >> 1;
            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }
}
