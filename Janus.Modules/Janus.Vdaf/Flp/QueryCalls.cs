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
    private readonly WorkingMemory _memory;

    /// <summary>Starts with every part unset: see <see cref="Start"/>.</summary>
    /// <param name="uses">The circuit's gadgets.</param>
    /// <param name="counts">Room for one counter per gadget.</param>
    /// <param name="memory">Working memory: <see cref="MemoryLength"/>.</param>
    public QueryCalls(GadgetUse<TField>[] uses, Span<int> counts, WorkingMemory memory)
    {
        _uses = uses;
        _counts = counts;
        _scratch = memory.Take<TField>(uses.Total(ScratchLength));
        _accumulators = memory.TakeZeroed<ulong>(uses.Total(use => use.Arity) * TField.AccumulatorLimbs);
        _memory = memory;
        counts.Clear();
    }

    /// <summary>The working memory for a circuit's gadgets, in bytes.</summary>
    public static long MemoryLength(GadgetUse<TField>[] uses) =>
        WorkingMemory.LengthOf<TField>(uses.Total(ScratchLength))
            + WorkingMemory.LengthOf<ulong>((long)uses.Total(use => use.Arity) * TField.AccumulatorLimbs)
            + uses.Max(use => TField.QueryBitCheckMemory(use.Calls, use.Arity));

    public Span<TField> Inputs(int gadget) => Region(gadget)[.._uses[gadget].Arity];

    public TField Call(int gadget)
    {
        GadgetUse<TField> use = _uses[gadget];
        int k = ++_counts[gadget];
        TField.MultiplyAccumulate(WireBasis(gadget)[k], Inputs(gadget), Accumulators(gadget));
        return GadgetPoly(gadget)[k * use.OutputStep];
    }

    public TField CheckBits(int gadget, ReadOnlySpan<TField> meas, ReadOnlySpan<TField> jointRand, TField sharesInverse)
    {
        GadgetUse<TField> use = _uses[gadget];
        TField.QueryBitCheck(
            meas, WireBasis(gadget).Slice(1, jointRand.Length), jointRand, sharesInverse, Inputs(gadget), _memory);
        TField.MultiplyAccumulate(TField.One, Inputs(gadget), Accumulators(gadget));
        TField sum = TField.Zero;
        for (int k = 1; k <= jointRand.Length; k++)
        {
            sum += GadgetPoly(gadget)[k * use.OutputStep];
        }

        return sum;
    }

    /// <summary>Takes a gadget's wire seeds and test point; the gadget polynomial goes to <see cref="GadgetPoly"/>.</summary>
    /// <returns>The lanes in which the test point is a root of unity, bit i for lane i.</returns>
    public ulong Start(int gadget, ReadOnlySpan<TField> wireSeeds, TField testPoint)
    {
        ulong unusable = _uses[gadget].WireBasis.Evaluate(testPoint, WireBasis(gadget));
        TField.MultiplyAccumulate(WireBasis(gadget)[0], wireSeeds, Accumulators(gadget));
        return unusable;
    }

    /// <summary>The values of a gadget's polynomial at all roots of unity, to be filled in before the circuit runs.</summary>
    public Span<TField> GadgetPoly(int gadget) => Region(gadget)[^_uses[gadget].GadgetValues..];

    /// <summary>Writes the values of the wire polynomials and of the gadget polynomial at the test point.</summary>
    public void Finish(int gadget, TField testPoint, Span<TField> checks)
    {
        TField.Reduce(Accumulators(gadget), checks[..^1]);
        checks[^1] = _uses[gadget].GadgetBasis.Interpolate(testPoint, GadgetPoly(gadget));
    }

    private static int ScratchLength(GadgetUse<TField> use) => use.Arity + use.WirePolyLength + use.GadgetValues;

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
