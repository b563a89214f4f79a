using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>
/// Trials that succeed with probability exp(−γ) for a fraction γ ≥ 0: Canonne, Kamath and Steinke, "The Discrete Gaussian
/// for Differential Privacy", Algorithm 1.
/// </summary>
internal static class ExponentialBernoulli
{
    /// <summary>One trial with γ = <paramref name="numerator"/> / <paramref name="denominator"/>.</summary>
    public static bool Sample(IUniformSource source, BigInteger numerator, BigInteger denominator)
    {
        // exp(−γ) = exp(−1)·…·exp(−1)·exp(−rest); a failure ends it, so that the length of the loop is 1.6 on average.
        while (numerator > denominator)
        {
            if (!SampleUpToOne(source, BigInteger.One, BigInteger.One))
            {
                return false;
            }

            numerator -= denominator;
        }

        return SampleUpToOne(source, numerator, denominator);
    }

    // Trials with probabilities γ, γ/2, γ/3, … until one fails: the k-th is the first with probability
    // γ^(k−1)/(k−1)! − γ^k/k!, whose sum over the odd k is exp(−γ). One with γ/k is one with γ and one with 1/k.
    private static bool SampleUpToOne(IUniformSource source, BigInteger numerator, BigInteger denominator)
    {
        bool isOdd = true;
        for (BigInteger k = BigInteger.One; source.NextTrial(numerator, denominator) && source.NextTrial(BigInteger.One, k); k++)
        {
            isOdd = !isOdd;
        }

        return isOdd;
    }
}
