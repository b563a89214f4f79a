using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>
/// The discrete Laplace distribution, also called the two-sided geometric one: x has a probability in proportion to
/// exp(−|x| / scale). Canonne, Kamath and Steinke, "The Discrete Gaussian for Differential Privacy", Algorithm 2.
/// </summary>
public sealed record DiscreteLaplace : NoiseDistribution
{
    /// <summary>The distribution with a scale.</summary>
    public DiscreteLaplace(Rational scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        Scale = scale;
    }

    /// <summary>The scale.</summary>
    public Rational Scale { get; }

    /// <summary>2·scale²: the variance is 1 / (2·sinh²(1 / (2·scale))), and sinh x ≥ x.</summary>
    public override Rational VarianceBound => Scale.Square().Multiply(2);

    // x ≥ 0 with a probability in proportion to exp(−x / t), t being the scale's numerator: a rest below t, accepted with
    // exp(−rest / t), and as often t as trials with exp(−1) succeed. Its quotient by the denominator gets a sign.
    internal override bool TrySample(IUniformSource source, out BigInteger sample)
    {
        sample = source.NextBelow(Scale.Numerator);
        if (!ExponentialBernoulli.Sample(source, sample, Scale.Numerator))
        {
            return false;
        }

        while (ExponentialBernoulli.Sample(source, BigInteger.One, BigInteger.One))
        {
            sample += Scale.Numerator;
        }

        sample /= Scale.Denominator;
        if (source.NextTrial(BigInteger.One, 2))
        {
            return true;
        }

        // Zero must not come up twice as often as it should.
        sample = -sample;
        return !sample.IsZero;
    }
}
