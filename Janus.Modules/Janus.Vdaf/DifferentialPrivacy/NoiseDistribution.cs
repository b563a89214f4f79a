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
    public abstract BigInteger Sample(IUniformSource source);
}
