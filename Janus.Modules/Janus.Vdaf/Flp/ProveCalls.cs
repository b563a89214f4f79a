using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>Evaluates gadgets and records their input wires for the prover: VDAF §A.4 (gadget-wrappers).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal readonly ref struct ProveCalls<TField> : IGadgetCalls<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly GadgetUse<TField>[] _uses;
    private readonly Span<TField> _inputs;
    private readonly Span<TField> _wires;
    private readonly Span<int> _counts;

    /// <summary>Starts with the wire seeds in place.</summary>
    /// <param name="uses">The circuit's gadgets.</param>
    /// <param name="inputs">Room for the inputs of one call of every gadget.</param>
    /// <param name="wires">Zeroed room for the wire polynomials of all gadgets.</param>
    /// <param name="counts">Zeroed room for one counter per gadget.</param>
    /// <param name="wireSeeds">The prover's randomness.</param>
    public ProveCalls(
        GadgetUse<TField>[] uses,
        Span<TField> inputs,
        Span<TField> wires,
        Span<int> counts,
        ReadOnlySpan<TField> wireSeeds)
    {
        _uses = uses;
        _inputs = inputs;
        _wires = wires;
        _counts = counts;
        for (int gadget = 0; gadget < uses.Length; gadget++)
        {
            Record(gadget, wireSeeds[..uses[gadget].Arity]);
            wireSeeds = wireSeeds[uses[gadget].Arity..];
        }
    }

    public Span<TField> Inputs(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += _uses[i].Arity;
        }

        return _inputs.Slice(offset, _uses[gadget].Arity);
    }

    public TField Call(int gadget)
    {
        Span<TField> inputs = Inputs(gadget);
        Record(gadget, inputs);
        return _uses[gadget].Gadget.Eval(inputs);
    }

    /// <summary>The wire polynomials of one gadget, one after the other.</summary>
    public Span<TField> Wires(int gadget)
    {
        int offset = 0;
        for (int i = 0; i < gadget; i++)
        {
            offset += _uses[i].Arity * _uses[i].WirePolyLength;
        }

        return _wires.Slice(offset, _uses[gadget].Arity * _uses[gadget].WirePolyLength);
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
