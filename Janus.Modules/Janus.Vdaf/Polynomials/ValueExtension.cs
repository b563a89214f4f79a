using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Polynomials;

/// <summary>
/// Recovers the values of a polynomial at all n-th roots of unity when its degree is so low that the first few
/// determine it: VDAF §6.1.3.2 (Lagrange Basis).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class ValueExtension<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly int _known;

    // Row k holds the weights of the known values in the missing value k.
    private readonly TField[][] _rows;

    /// <summary>Precomputes the extension from <paramref name="known"/> values to all nodes of the basis.</summary>
    public ValueExtension(LagrangeBasis<TField> basis, int known)
    {
        _known = known;
        _rows = new TField[basis.Size - known][];
        for (int k = 0; k < _rows.Length; k++)
        {
            _rows[k] = _rows.Length == 1 ? LastRow(basis.Nodes) : Row(basis.Nodes, known, known + k);
        }
    }

    /// <summary>Fills the missing values behind the known ones.</summary>
    public void Extend(Span<TField> values)
    {
        for (int k = 0; k < _rows.Length; k++)
        {
            values[_known + k] = TField.InnerProduct(_rows[k], values[.._known]);
        }
    }

    // The top coefficient is zero, and it is proportional to the sum of y[i]·w^i over all i: hence
    // y[n−1] = −w^(−(n−1))·Σ y[i]·w^i = −w·Σ y[i]·w^i over i < n − 1.
    private static TField[] LastRow(ReadOnlySpan<TField> nodes)
    {
        TField[] row = new TField[nodes.Length - 1];
        for (int i = 0; i < row.Length; i++)
        {
            row[i] = -nodes[i + 1];
        }

        return row;
    }

    private static TField[] Row(ReadOnlySpan<TField> nodes, int known, int missing)
    {
        TField[] row = new TField[known];
        for (int i = 0; i < known; i++)
        {
            TField numerator = TField.One, denominator = TField.One;
            for (int j = 0; j < known; j++)
            {
                numerator *= j == i ? TField.One : nodes[missing] - nodes[j];
                denominator *= j == i ? TField.One : nodes[i] - nodes[j];
            }

            row[i] = numerator * TField.Invert(denominator);
        }

        return row;
    }
}
