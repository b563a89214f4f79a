using System.Numerics;

namespace Janus.UnitTests.Vdaf.DifferentialPrivacy;

/// <summary>Bounds of real numbers in units of 2^-<see cref="Bits"/>, computed with whole numbers alone.</summary>
/// <param name="Low">At most the number.</param>
/// <param name="High">At least the number.</param>
internal readonly record struct Fraction(BigInteger Low, BigInteger High)
{
    public const int Bits = 192;

    private static readonly BigInteger One = BigInteger.One << Bits;

    public static Fraction Zero => new(0, 0);

    public static Fraction operator +(Fraction left, Fraction right) => new(left.Low + right.Low, left.High + right.High);

    /// <summary>The quotient of positive numbers.</summary>
    public static Fraction operator /(Fraction left, Fraction right) =>
        new((left.Low << Bits) / right.High, ((left.High << Bits) / right.Low) + 1);

    /// <summary>The product of positive numbers.</summary>
    public static Fraction operator *(Fraction left, Fraction right) =>
        new((left.Low * right.Low) >> Bits, ((left.High * right.High) >> Bits) + 1);

    /// <summary>exp(−numerator / denominator), by halving the exponent until the alternating series converges fast.</summary>
    public static Fraction NegativeExponential(BigInteger numerator, BigInteger denominator)
    {
        int halvings = 0;
        for (; numerator > denominator; denominator *= 2)
        {
            halvings++;
        }

        // Terms of an alternating series that fall: the sum lies between two partial sums. Each division errs by one unit.
        BigInteger sum = One;
        BigInteger term = One;
        int terms = 0;
        for (int k = 1; !term.IsZero; k++)
        {
            term = term * numerator / (denominator * k);
            sum += k % 2 == 0 ? term : -term;
            terms++;
        }

        Fraction result = new(sum - (2 * terms), sum + (2 * terms));
        for (; halvings > 0; halvings--)
        {
            result *= result;
        }

        return result;
    }

    public static Fraction Of(BigInteger number) => new(number << Bits, number << Bits);
}
