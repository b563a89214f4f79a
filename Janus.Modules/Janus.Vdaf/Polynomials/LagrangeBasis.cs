using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Polynomials;

/// <summary>The Lagrange basis over the n-th roots of unity: VDAF §6.1.3.2 (Lagrange Basis).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class LagrangeBasis<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly TField[] _nodes;
    private readonly TField[] _weights;

    /// <summary>Precomputes the basis over the roots of unity of order 2^<paramref name="logSize"/>.</summary>
    public LagrangeBasis(int logSize)
    {
        int size = 1 << logSize;
        _nodes = new TField[size];
        _weights = new TField[size];
        TField root = TField.RootOfUnity(logSize);
        TField scale = TField.Invert(TField.FromUInt64((ulong)size));
        TField power = TField.One;
        for (int i = 0; i < size; i++)
        {
            _nodes[i] = power;
            _weights[i] = power * scale;
            power *= root;
        }
    }

    /// <summary>The number of nodes.</summary>
    public int Size => _nodes.Length;

    /// <summary>The nodes: the powers of the root of unity.</summary>
    public ReadOnlySpan<TField> Nodes => _nodes;

    /// <summary>
    /// Evaluates every basis polynomial at <paramref name="t"/>, so that a polynomial's value there is the inner
    /// product with its values at the nodes; false if <paramref name="t"/> is itself a node.
    /// </summary>
    /// <remarks>
    /// The i-th is the product of (t − w^j) over j ≠ i, divided by n·w^(−i): with running products from
    /// both ends there is nothing to divide by at run time.
    /// </remarks>
    public bool TryEvaluate(TField t, Span<TField> basis)
    {
        TField product = TField.One;
        for (int i = 0; i < _nodes.Length; i++)
        {
            basis[i] = product;
            product *= t - _nodes[i];
        }

        bool isNode = product.IsZero;
        product = TField.One;
        for (int i = _nodes.Length - 1; i >= 0; i--)
        {
            basis[i] *= product * _weights[i];
            product *= t - _nodes[i];
        }

        return !isNode;
    }
}
