using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace Janus.Vdaf.DifferentialPrivacy;

/// <summary>A positive fraction in lowest terms: what the parameters of noise are, so that it can be sampled exactly.</summary>
public sealed record Rational
{
    private const int MaximumDigits = 18;

    /// <summary>Reduces a fraction.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The numerator or the denominator is not positive.</exception>
    public Rational(BigInteger numerator, BigInteger denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(numerator, BigInteger.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(denominator, BigInteger.Zero);
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    /// <summary>The numerator, at least 1.</summary>
    public BigInteger Numerator { get; }

    /// <summary>The denominator, at least 1.</summary>
    public BigInteger Denominator { get; }

    /// <summary>The square.</summary>
    public Rational Square() => new(Numerator * Numerator, Denominator * Denominator);

    /// <summary>The product with a whole number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public Rational Multiply(BigInteger factor) => new(Numerator * factor, Denominator);

    /// <summary>A whole number divided by this one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not positive.</exception>
    public Rational Divide(BigInteger dividend) => new(dividend * Denominator, Numerator);

    /// <summary>Reads <c>2</c>, <c>1/2</c> or <c>0.5</c>, with up to 18 digits on either side of the sign.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Rational? rational)
    {
        rational = null;
        string[] parts = (text ?? "").Split('/');
        if (parts.Length == 2)
        {
            rational = TryRead(parts[0], out BigInteger numerator) && TryRead(parts[1], out BigInteger denominator)
                && !numerator.IsZero && !denominator.IsZero
                ? new Rational(numerator, denominator)
                : null;
            return rational is not null;
        }

        string[] digits = parts[0].Split('.');
        if (parts.Length > 2 || digits.Length > 2 || digits.Any(part => !TryRead(part, out _)))
        {
            return false;
        }

        string fraction = digits.Length == 2 ? digits[1] : "";
        BigInteger value = BigInteger.Parse(digits[0] + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        rational = value.IsZero ? null : new Rational(value, BigInteger.Pow(10, fraction.Length));
        return rational is not null;
    }

    /// <summary>A whole number, or <c>1/2</c>.</summary>
    public override string ToString() => Denominator.IsOne
        ? Numerator.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static bool TryRead(string text, out BigInteger number)
    {
        number = default;
        return text.Length is > 0 and <= MaximumDigits && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
