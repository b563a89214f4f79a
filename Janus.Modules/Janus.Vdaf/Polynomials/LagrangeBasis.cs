using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Polynomials;

/// <summary>The Lagrange basis over the n-th roots of unity: VDAF §6.1.3.2 (Lagrange Basis).</summary>
/// <remarks>
/// With x = t·w^(−i), the i-th basis polynomial at t is (x^n − 1)/(n·(x − 1)), the product of (1 + x^(2^k))/2 over all k
/// below log n. For a k there are only n/2^k different x^(2^k), half of them the other half's negatives: going through the
/// halvings of n from the last to the first costs two products a node, and there is nothing to divide by at run time.
/// </remarks>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class LagrangeBasis<TField>
    where TField : unmanaged, INttField<TField>
{
    private const int MaximumLogSize = 32;

    private readonly TField[] _nodes;
    private readonly TField[][] _inverseNodes;
    private readonly TField _scale;
    private readonly int _logSize;

    /// <summary>Precomputes the basis over the roots of unity of order 2^<paramref name="logSize"/>.</summary>
    public LagrangeBasis(int logSize)
    {
        _logSize = logSize;
        _nodes = Powers(TField.RootOfUnity(logSize), 1 << logSize, TField.One);
        _scale = TField.Invert(TField.FromUInt64(1UL << logSize));
        _inverseNodes = new TField[logSize + 1][];
        for (int level = 1; level <= logSize; level++)
        {
            // Of each pair w^i, −w^i the first.
            _inverseNodes[level] = Powers(TField.Invert(TField.RootOfUnity(level)), 1 << (level - 1), TField.ToFactor(TField.One));
        }
    }

    /// <summary>The number of nodes.</summary>
    public int Size => _nodes.Length;

    /// <summary>The nodes: the powers of the root of unity.</summary>
    public ReadOnlySpan<TField> Nodes => _nodes;

    /// <summary>
    /// Evaluates every basis polynomial at <paramref name="t"/>, so that a polynomial's value there is the inner
    /// product with its values at the nodes.
    /// </summary>
    /// <returns>The lanes in which <paramref name="t"/> is itself a node, bit i for lane i.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong Evaluate(TField t, Span<TField> basis)
    {
        Span<TField> powers = stackalloc TField[MaximumLogSize];
        TField last = Squares(t, powers[.._logSize]);
        basis[0] = _scale;
        for (int level = 1; level <= _logSize; level++)
        {
            int half = 1 << (level - 1);
            TField power = TField.ToFactor(powers[_logSize - level]);
            ReadOnlySpan<TField> inverseNodes = _inverseNodes[level];
            for (int i = 0; i < half; i++)
            {
                TField product = TField.Scale(basis[i], TField.Scale(inverseNodes[i], power));
                TField value = basis[i];
                basis[i] = value + product;
                basis[half + i] = value - product;
            }
        }

        // Whoever makes a proof must not know the test point.
        powers.Clear();
        return (last - TField.One).ZeroLanes;
    }

    /// <summary>
    /// The value at <paramref name="t"/> of the polynomial that has the given values at the nodes, which are overwritten.
    /// </summary>
    /// <remarks>
    /// A polynomial p is e(x²) + x·o(x²), whose halves at the squares of the nodes follow from p at two opposite nodes; so
    /// e + t·o is a polynomial of half the size that has at t² the value that p has at t. Two products a value.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public TField Interpolate(TField t, Span<TField> values)
    {
        TField power = t;
        for (int level = _logSize; level > 0; level--)
        {
            int half = 1 << (level - 1);
            TField factor = TField.ToFactor(power);
            ReadOnlySpan<TField> inverseNodes = _inverseNodes[level];
            for (int i = 0; i < half; i++)
            {
                TField sum = values[i] + values[half + i];
                TField difference = values[i] - values[half + i];
                values[i] = sum + TField.Scale(difference, TField.Scale(inverseNodes[i], factor));
            }

            power *= power;
        }

        // Each halving left out a division by two.
        return values[0] * _scale;
    }

    // t^(2^k) for every k below the length; returns the one that comes next.
    private static TField Squares(TField t, Span<TField> powers)
    {
        foreach (ref TField power in powers)
        {
            power = t;
            t *= t;
        }

        return t;
    }

    private static TField[] Powers(TField root, int count, TField first)
    {
        TField[] powers = new TField[count];
        TField factor = TField.ToFactor(root);
        for (int i = 0; i < count; i++)
        {
            powers[i] = first;
            first = TField.Scale(first, factor);
        }

        return powers;
    }
}
