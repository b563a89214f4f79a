using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>
/// Answers calls of gadgets from the gadget polynomials of the proof, and evaluates the wire polynomials at the
/// test points on the way: VDAF §A.4 (gadget-wrappers).
/// </summary>
/// <remarks>
/// A wire polynomial's value at the test point is the inner product of its values and the Lagrange basis
/// there. The basis is known before the circuit runs, so each call's inputs are weighted and added at
/// once, and the wire polynomials never exist in memory.
/// </remarks>
/// <typeparam name="TField">The field.</typeparam>
internal readonly ref struct QueryCalls<TField> : IGadgetCalls<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly GadgetUse<TField>[] _uses;
    private readonly Span<TField> _scratch;
    private readonly Span<ulong> _accumulators;
    private readonly Span<int> _counts;

    /// <summary>Starts with every part unset: see <see cref="TryStart"/>.</summary>
    /// <param name="uses">The circuit's gadgets.</param>
    /// <param name="scratch">Room for <see cref="ScratchLength"/> elements per gadget.</param>
    /// <param name="accumulators">Room for an accumulator per wire of every gadget.</param>
    /// <param name="counts">Room for one counter per gadget.</param>
    public QueryCalls(
        GadgetUse<TField>[] uses, Span<TField> scratch, Span<ulong> accumulators, Span<int> counts)
    {
        _uses = uses;
        _scratch = scratch;
        _accumulators = accumulators;
        _counts = counts;
        accumulators.Clear();
        counts.Clear();
    }

    /// <summary>The number of elements of working memory for one gadget.</summary>
    public static int ScratchLength(GadgetUse<TField> use) =>
        use.Arity + use.WirePolyLength + (2 * use.GadgetValues);

    public Span<TField> Inputs(int gadget) => Region(gadget)[.._uses[gadget].Arity];

    public TField Call(int gadget)
    {
        GadgetUse<TField> use = _uses[gadget];
        int k = ++_counts[gadget];
        TField.MultiplyAccumulate(WireBasis(gadget)[k], Inputs(gadget), Accumulators(gadget));
        return GadgetPoly(gadget)[k * use.OutputStep];
    }

    /// <summary>
    /// Takes a gadget's wire seeds, gadget polynomial and test point; false if the test point is a root of unity.
    /// </summary>
    public bool TryStart(int gadget, ReadOnlySpan<TField> wireSeeds, ReadOnlySpan<TField> gadgetPoly, TField testPoint)
    {
        Span<TField> values = GadgetPoly(gadget);
        gadgetPoly.CopyTo(values);
        _uses[gadget].GadgetExtension.Extend(values);
        bool usable = _uses[gadget].WireBasis.TryEvaluate(testPoint, WireBasis(gadget));
        _uses[gadget].GadgetBasis.TryEvaluate(testPoint, GadgetBasis(gadget));
        TField.MultiplyAccumulate(WireBasis(gadget)[0], wireSeeds, Accumulators(gadget));
        return usable;
    }

    /// <summary>Writes the values of the wire polynomials and of the gadget polynomial at the test point.</summary>
    public void Finish(int gadget, Span<TField> checks)
    {
        TField.Reduce(Accumulators(gadget), checks[..^1]);
        checks[^1] = TField.InnerProduct(GadgetBasis(gadget), GadgetPoly(gadget));
    }

    private Span<TField> Region(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += ScratchLength(_uses[i]);
        }

        return _scratch.Slice(offset, ScratchLength(_uses[gadget]));
    }

    private Span<TField> WireBasis(int gadget) =>
        Region(gadget).Slice(_uses[gadget].Arity, _uses[gadget].WirePolyLength);

    private Span<TField> GadgetBasis(int gadget) =>
        Region(gadget).Slice(_uses[gadget].Arity + _uses[gadget].WirePolyLength, _uses[gadget].GadgetValues);

    private Span<TField> GadgetPoly(int gadget) => Region(gadget)[^_uses[gadget].GadgetValues..];

    private Span<ulong> Accumulators(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += _uses[i].Arity * TField.AccumulatorLimbs;
        }

        return _accumulators.Slice(offset, _uses[gadget].Arity * TField.AccumulatorLimbs);
    }
}
