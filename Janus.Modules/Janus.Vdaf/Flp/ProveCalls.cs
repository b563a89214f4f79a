using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>Evaluates gadgets and records their input wires for the prover: VDAF §A.4 (gadget-wrappers).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal readonly ref struct ProveCalls<TField> : IGadgetCalls<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly GadgetUse<TField>[] _uses;
    private readonly ReadOnlySpan<TField> _wireSeeds;
    private readonly Span<TField> _inputs;
    private readonly Span<TField> _wires;
    private readonly Span<TField> _values;
    private readonly Span<int> _counts;
    private readonly WorkingMemory _memory;

    /// <summary>Starts with the wire seeds in place.</summary>
    /// <param name="uses">The circuit's gadgets.</param>
    /// <param name="counts">Room for one counter per gadget.</param>
    /// <param name="wireSeeds">The prover's randomness.</param>
    /// <param name="memory">Working memory: <see cref="MemoryLength"/>.</param>
    public ProveCalls(GadgetUse<TField>[] uses, Span<int> counts, ReadOnlySpan<TField> wireSeeds, WorkingMemory memory)
    {
        _uses = uses;
        _counts = counts;
        _wireSeeds = wireSeeds;
        _inputs = memory.Take<TField>(wireSeeds.Length);
        _wires = memory.TakeZeroed<TField>(uses.Total(WireValues));
        _values = memory.TakeZeroed<TField>(uses.Total(use => use.GadgetValues));
        _memory = memory;
        counts.Clear();
        for (int gadget = 0; gadget < uses.Length; gadget++)
        {
            if (!uses[gadget].ChecksBits)
            {
                Record(gadget, Seeds(gadget));
            }
        }
    }

    /// <summary>The working memory for a circuit's gadgets, in bytes.</summary>
    public static long MemoryLength(GadgetUse<TField>[] uses) =>
        WorkingMemory.LengthOf<TField>(uses.Total(use => use.Arity))
            + WorkingMemory.LengthOf<TField>(uses.Total(WireValues))
            + WorkingMemory.LengthOf<TField>(uses.Total(use => use.GadgetValues))
            + uses.Max(use => use.ChecksBits
                ? TField.ProveBitCheckMemory(use.Calls, use.WirePolyLength)
                : WorkingMemory.LengthOf<TField>(3L * use.GadgetValues));

    public Span<TField> Inputs(int gadget) => _inputs.Slice(SeedOffset(gadget), _uses[gadget].Arity);

    public TField Call(int gadget)
    {
        Span<TField> inputs = Inputs(gadget);
        Record(gadget, inputs);
        return _uses[gadget].Gadget.Eval(inputs);
    }

    // What the circuit would go on to compute with the outputs is nothing that a proof needs.
    public TField CheckBits(int gadget, ReadOnlySpan<TField> meas, ReadOnlySpan<TField> jointRand, TField sharesInverse)
    {
        TField.ProveBitCheck(
            meas, Seeds(gadget), jointRand, sharesInverse, _uses[gadget].WireExtension.Doubling, Values(gadget), _memory);
        return TField.Zero;
    }

    /// <summary>The values of a gadget's polynomial at all roots of unity, once the circuit has run.</summary>
    public Span<TField> Evaluate(int gadget)
    {
        GadgetUse<TField> use = _uses[gadget];
        Span<TField> values = Values(gadget);
        if (!use.ChecksBits)
        {
            WorkingMemory memory = _memory;
            use.Gadget.EvalPoly(use.WireExtension, Wires(gadget), values, memory.Take<TField>(3 * use.GadgetValues));
        }

        return values;
    }

    private static int WireValues(GadgetUse<TField> use) => use.ChecksBits ? 0 : use.Arity * use.WirePolyLength;

    private ReadOnlySpan<TField> Seeds(int gadget) => _wireSeeds.Slice(SeedOffset(gadget), _uses[gadget].Arity);

    private int SeedOffset(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += _uses[i].Arity;
        }

        return offset;
    }

    private Span<TField> Values(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += _uses[i].GadgetValues;
        }

        return _values.Slice(offset, _uses[gadget].GadgetValues);
    }

    // The wire polynomials of one gadget, one after the other.
    private Span<TField> Wires(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += WireValues(_uses[i]);
        }

        return _wires.Slice(offset, WireValues(_uses[gadget]));
    }

    private void Record(int gadget, ReadOnlySpan<TField> inputs)
    {
        Span<TField> wires = Wires(gadget);
        int stride = _uses[gadget].WirePolyLength;
        int k = _counts[gadget]++;
        for (int j = 0; j < inputs.Length; j++)
        {
            wires[(j * stride) + k] = inputs[j];
        }
    }
}
