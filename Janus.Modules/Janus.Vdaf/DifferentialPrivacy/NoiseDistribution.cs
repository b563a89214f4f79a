using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>A symmetric distribution of whole numbers, sampled exactly: no floating point is involved.</summary>
public abstract record NoiseDistribution
{
    private protected NoiseDistribution()
    {
    }

    /// <summary>A bound of the variance, as close as makes no difference for noise wider than a few units.</summary>
    public abstract Rational VarianceBound { get; }

    /// <summary>Draws one number, which may be negative.</summary>
    /// <param name="source">Where the randomness comes from.</param>
    public BigInteger Sample(IUniformSource source)
    {
        ArgumentNullException.ThrowIfNull(source);
        BigInteger sample;
        while (!TrySample(source, out sample))
        {
        }

        return sample;
    }

    /// <summary>
    /// One attempt at a number, which may be rejected: among those that are not, each number is as probable as it should be.
    /// An attempt depends on nothing of those before it.
    /// </summary>
    internal abstract bool TrySample(IUniformSource source, out BigInteger sample);
}
