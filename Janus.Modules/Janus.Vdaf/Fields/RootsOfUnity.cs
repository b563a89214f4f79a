namespace Janus.Vdaf.Fields;

/// <summary>Derives the roots of unity of every power-of-two order.</summary>
internal static class RootsOfUnity
{
    /// <summary>
    /// Element k of the result is the root of unity of order 2^k, given one of order 2^<paramref name="logOrder"/>.
    /// </summary>
    public static TField[] Derive<TField>(TField generator, int logOrder)
        where TField : unmanaged, IField<TField>
    {
        TField[] roots = new TField[logOrder + 1];
        roots[logOrder] = generator;
        for (int k = logOrder; k > 0; k--)
        {
            roots[k - 1] = roots[k] * roots[k];
        }

        return roots;
    }
}
