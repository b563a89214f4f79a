using System.Numerics;
using Janus.Vdaf.DifferentialPrivacy;

namespace Janus.UnitTests.Vdaf.DifferentialPrivacy;

/// <summary>
/// Runs a sampler on every sequence of random numbers that it may get, and adds up exactly how probable each outcome is.
/// Sequences less probable than a threshold are broken off, and stay undecided.
/// </summary>
internal sealed class Enumeration<T>
    where T : notnull
{
    // A probability is its numerator over this, rounded down where it is split in parts that do not divide it.
    private static readonly BigInteger One = BigInteger.One << Fraction.Bits;

    private readonly Dictionary<T, BigInteger> _decided = [];

    private Enumeration()
    {
    }

    /// <summary>The outcomes, with what their probability is at least, in units of 2^-<see cref="Fraction.Bits"/>.</summary>
    public IReadOnlyDictionary<T, BigInteger> Decided => _decided;

    /// <summary>The probability that is left for all outcomes together.</summary>
    public BigInteger Undecided => One - _decided.Values.Aggregate(BigInteger.Zero, BigInteger.Add);

    /// <summary>Enumerates the sequences of at least a probability of 2^-<paramref name="thresholdBits"/>.</summary>
    public static Enumeration<T> Of(Func<IUniformSource, T> sampler, int thresholdBits)
    {
        Enumeration<T> enumeration = new();
        List<Choice> path = [];
        do
        {
            PathSource source = new(path, One >> thresholdBits);
            try
            {
                T outcome = sampler(source);
                if (source.Used != path.Count)
                {
                    throw new InvalidOperationException("the sampler took other numbers than the first time");
                }

                enumeration._decided[outcome] = enumeration._decided.GetValueOrDefault(outcome) + source.Probability;
            }
            catch (BrokenOffException)
            {
            }
        }
        while (Advance(path));

        return enumeration;
    }

    // The next sequence in lexicographic order.
    private static bool Advance(List<Choice> path)
    {
        while (path.Count > 0 && path[^1].Number + 1 == path[^1].Bound)
        {
            path.RemoveAt(path.Count - 1);
        }

        if (path.Count == 0)
        {
            return false;
        }

        path[^1] = path[^1] with { Number = path[^1].Number + 1 };
        return true;
    }

    private readonly record struct Choice(int Number, int Bound);

    private sealed class BrokenOffException : Exception;

    /// <summary>Gives the numbers of a path, and zeros beyond its end, which is extended by them.</summary>
    private sealed class PathSource(List<Choice> path, BigInteger threshold) : IUniformSource
    {
        public int Used { get; private set; }

        public BigInteger Probability { get; private set; } = One;

        public BigInteger NextBelow(BigInteger bound)
        {
            int number = Choose((int)bound);
            Probability /= bound;
            return number;
        }

        // The numbers that are a success are one choice, and those that are none another.
        public bool NextTrial(BigInteger numerator, BigInteger denominator)
        {
            if (numerator.IsZero || numerator == denominator)
            {
                return !numerator.IsZero;
            }

            bool success = Choose(2) == 0;
            Probability = Probability * (success ? numerator : denominator - numerator) / denominator;
            return success;
        }

        private int Choose(int bound)
        {
            if (bound == 1)
            {
                return 0;
            }

            if (Used == path.Count)
            {
                // All the choices together are as improbable: none of them is tried.
                if (Probability < threshold)
                {
                    throw new BrokenOffException();
                }

                path.Add(new Choice(0, bound));
            }

            Choice choice = path[Used++];
            return choice.Bound == bound
                ? choice.Number
                : throw new InvalidOperationException("the sampler asked for another number than the first time");
        }
    }
}
