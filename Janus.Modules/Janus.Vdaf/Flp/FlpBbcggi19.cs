using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>The fully linear proof system for a validity circuit: VDAF §7.3 (flp-bbcggi19).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class FlpBbcggi19<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly GadgetUse<TField>[] _uses;
    private readonly int _wireCount;
    private readonly int _wireValues;
    private readonly int _gadgetScratchLength;
    private readonly int _queryScratchLength;
    private readonly int _proveScratchLength;

    /// <summary>Computes the lengths of everything the proof system exchanges.</summary>
    public FlpBbcggi19(Circuit<TField> circuit)
    {
        Circuit = circuit;
        _uses = [.. circuit.Gadgets];
        _wireCount = _uses.Sum(use => use.Arity);
        ProveRandLength = _wireCount;
        QueryRandLength = _uses.Length + (circuit.EvalOutputLength > 1 ? circuit.EvalOutputLength : 0);
        ProofLength = _wireCount + _uses.Sum(use => use.GadgetPolyLength);
        VerifierLength = 1 + _wireCount + _uses.Length;
        _queryScratchLength = circuit.EvalOutputLength + _uses.Sum(QueryCalls<TField>.ScratchLength);
        _wireValues = _uses.Sum(use => use.Arity * use.WirePolyLength);
        _gadgetScratchLength = 4 * _uses.Max(use => use.GadgetValues);
        _proveScratchLength = circuit.EvalOutputLength + _wireCount + _wireValues + _gadgetScratchLength;
    }

    /// <summary>The validity circuit.</summary>
    public Circuit<TField> Circuit { get; }

    /// <summary>The number of elements of the prover's randomness.</summary>
    public int ProveRandLength { get; }

    /// <summary>The number of elements of the verifier's randomness.</summary>
    public int QueryRandLength { get; }

    /// <summary>The number of elements of a proof.</summary>
    public int ProofLength { get; }

    /// <summary>The number of elements of a verifier.</summary>
    public int VerifierLength { get; }

    /// <summary>Proves an encoded measurement valid: VDAF §7.3.3 (flp-bbcggi19-construction-prove).</summary>
    public void Prove(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> proveRand,
        ReadOnlySpan<TField> jointRand,
        Span<TField> proof)
    {
        using Scratch<TField> scratch = new(_proveScratchLength);
        Span<TField> output = scratch.Take(Circuit.EvalOutputLength);
        ProveCalls<TField> calls = new(
            _uses,
            scratch.Take(_wireCount),
            scratch.Take(_wireValues),
            stackalloc int[_uses.Length],
            proveRand);
        Span<TField> rest = scratch.Take(_gadgetScratchLength);
        Circuit.Eval(meas, jointRand, TField.One, ref calls, output);
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            GadgetUse<TField> use = _uses[gadget];
            Span<TField> values = rest[..use.GadgetValues];
            values.Clear();
            use.Gadget.EvalPoly(use.WireExtension, calls.Wires(gadget), values, rest[use.GadgetValues..]);
            proveRand[..use.Arity].CopyTo(proof);
            values[..use.GadgetPolyLength].CopyTo(proof[use.Arity..]);
            proveRand = proveRand[use.Arity..];
            proof = proof[(use.Arity + use.GadgetPolyLength)..];
        }
    }

    /// <summary>
    /// Computes a verifier, or a share of one; false in the rare case that the randomness would reveal a gadget's
    /// output: VDAF §7.3.4 (flp-bbcggi19-construction-query).
    /// </summary>
    public bool TryQuery(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> proof,
        ReadOnlySpan<TField> queryRand,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        Span<TField> verifier)
    {
        using Scratch<TField> scratch = new(_queryScratchLength);
        using Scratch<ulong> accumulators = new(_wireCount * TField.AccumulatorLimbs);
        Span<TField> output = scratch.Take(Circuit.EvalOutputLength);
        QueryCalls<TField> calls = new(
            _uses,
            scratch.Take(_queryScratchLength - output.Length),
            accumulators.Take(_wireCount * TField.AccumulatorLimbs),
            stackalloc int[_uses.Length]);
        ReadOnlySpan<TField> reduceRand = queryRand[..^_uses.Length];
        ReadOnlySpan<TField> testPoints = queryRand[^_uses.Length..];
        bool usable = true;
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            int arity = _uses[gadget].Arity, length = _uses[gadget].GadgetPolyLength;
            usable &= calls.TryStart(gadget, proof[..arity], proof.Slice(arity, length), testPoints[gadget]);
            proof = proof[(arity + length)..];
        }

        Circuit.Eval(meas, jointRand, sharesInverse, ref calls, output);
        verifier[0] = output.Length > 1 ? TField.InnerProduct(reduceRand, output) : output[0];
        verifier = verifier[1..];
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            calls.Finish(gadget, verifier[..(_uses[gadget].Arity + 1)]);
            verifier = verifier[(_uses[gadget].Arity + 1)..];
        }

        return usable;
    }

    /// <summary>Whether a verifier comes from a valid measurement: VDAF §7.3.5 (flp-bbcggi19-construction-decide).</summary>
    public bool Decide(ReadOnlySpan<TField> verifier)
    {
        bool valid = verifier[0].IsZero;
        verifier = verifier[1..];
        foreach (GadgetUse<TField> use in _uses)
        {
            valid &= (use.Gadget.Eval(verifier[..use.Arity]) - verifier[use.Arity]).IsZero;
            verifier = verifier[(use.Arity + 1)..];
        }

        return valid;
    }
}
