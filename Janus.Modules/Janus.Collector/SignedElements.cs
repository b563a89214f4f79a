using System.Numerics;

namespace Janus.Collector;

/// <summary>Reads elements of a field as whole numbers, of which noise may have made some negative: DAP §8.5 (dp).</summary>
/// <remarks>
/// An element stands for all numbers that differ from it by multiples of the modulus. Without noise the true one is between
/// 0 and what all reports can add up to, and is found as long as that is below the modulus: see <see cref="Dap.WrapAround"/>.
/// Noise is as often positive as negative, so of the two numbers on either side of that range the one nearer to it is taken:
/// the right one as long as noise is less than half of what the range leaves of the field, which is what an Aggregator's
/// check of its noise sees to.
/// </remarks>
/// <param name="modulus">The modulus.</param>
/// <param name="maximumElement">The most that a report adds to an element.</param>
internal sealed class SignedElements(BigInteger modulus, BigInteger maximumElement)
{
    /// <summary>The elements as whole numbers.</summary>
    public IReadOnlyList<BigInteger> Read(UInt128[] elements, ulong reportCount)
    {
        BigInteger largest = maximumElement * reportCount;
        return [.. elements.Select(element => Read(element, largest))];
    }

    private BigInteger Read(BigInteger element, BigInteger largest) =>
        element > largest && modulus - element < element - largest ? element - modulus : element;
}
