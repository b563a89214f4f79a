using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>
/// The only randomness that noise is made of: whole numbers below a bound, each with the same probability and independent
/// of all before. A test may put an enumeration of all of them in its place.
/// </summary>
public interface IUniformSource
{
    /// <summary>Draws one of the numbers from 0 to <paramref name="bound"/> − 1.</summary>
    /// <param name="bound">How many numbers there are, at least 1.</param>
    BigInteger NextBelow(BigInteger bound);

    /// <summary>A trial that succeeds with probability <paramref name="numerator"/> / <paramref name="denominator"/>, at most 1.</summary>
    /// <param name="numerator">How many of the numbers below the denominator are a success.</param>
    /// <param name="denominator">How many numbers there are, at least 1.</param>
    bool NextTrial(BigInteger numerator, BigInteger denominator) =>
        !numerator.IsZero && (numerator == denominator || NextBelow(denominator) < numerator);
}
