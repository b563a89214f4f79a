using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>The fully linear proof system for a validity circuit: VDAF §7.3 (flp-bbcggi19).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class FlpBbcggi19<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly GadgetUse<TField>[] _uses;
    private readonly GadgetPolyForm<TField>[] _polyForms;

    /// <summary>Computes the lengths of everything the proof system exchanges.</summary>
    public FlpBbcggi19(Circuit<TField> circuit, VdafDraft draft)
    {
        Circuit = circuit;
        _uses = [.. circuit.Gadgets];
        _polyForms = [.. _uses.Select(draft.CreateGadgetPolyForm)];
        ProveRandLength = _uses.Total(use => use.Arity);
        QueryRandLength = _uses.Length + (circuit.EvalOutputLength > 1 ? circuit.EvalOutputLength : 0);
        ProofLength = ProveRandLength + _uses.Total(use => use.GadgetPolyLength);
        VerifierLength = 1 + ProveRandLength + _uses.Length;
        long output = WorkingMemory.LengthOf<TField>(circuit.EvalOutputLength);
        QueryMemoryLength = output + QueryCalls<TField>.MemoryLength(_uses);
        ProveMemoryLength = output + ProveCalls<TField>.MemoryLength(_uses);
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

    /// <summary>The working memory that <see cref="Query"/> takes, in bytes.</summary>
    public long QueryMemoryLength { get; }

    /// <summary>The working memory that <see cref="Prove"/> takes, in bytes.</summary>
    public long ProveMemoryLength { get; }

    /// <summary>Proves an encoded measurement valid: VDAF §7.3.3 (flp-bbcggi19-construction-prove).</summary>
    public void Prove(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> proveRand,
        ReadOnlySpan<TField> jointRand,
        Span<TField> proof,
        WorkingMemory memory)
    {
        Span<TField> output = memory.Take<TField>(Circuit.EvalOutputLength);
        ProveCalls<TField> calls = new(_uses, stackalloc int[_uses.Length], proveRand, memory);
        Circuit.Eval(meas, jointRand, TField.One, ref calls, output);
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            GadgetUse<TField> use = _uses[gadget];
            proveRand[..use.Arity].CopyTo(proof);
            _polyForms[gadget].FromValues(calls.Evaluate(gadget), proof.Slice(use.Arity, use.GadgetPolyLength));
            proveRand = proveRand[use.Arity..];
            proof = proof[(use.Arity + use.GadgetPolyLength)..];
        }
    }

    /// <summary>Computes a verifier, or a share of one: VDAF §7.3.4 (flp-bbcggi19-construction-query).</summary>
    /// <returns>
    /// The lanes in which, as happens rarely, the randomness would reveal a gadget's output; bit i for lane i. Their
    /// verifiers must not be used.
    /// </returns>
    public ulong Query(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> proof,
        ReadOnlySpan<TField> queryRand,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        Span<TField> verifier,
        WorkingMemory memory)
    {
        Span<TField> output = memory.Take<TField>(Circuit.EvalOutputLength);
        QueryCalls<TField> calls = new(_uses, stackalloc int[_uses.Length], memory);
        ReadOnlySpan<TField> reduceRand = queryRand[..^_uses.Length];
        ReadOnlySpan<TField> testPoints = queryRand[^_uses.Length..];
        ulong unusable = 0;
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            int arity = _uses[gadget].Arity, length = _uses[gadget].GadgetPolyLength;
            unusable |= calls.Start(gadget, proof[..arity], testPoints[gadget]);
            _polyForms[gadget].ToValues(proof.Slice(arity, length), calls.GadgetPoly(gadget));
            proof = proof[(arity + length)..];
        }

        Circuit.Eval(meas, jointRand, sharesInverse, ref calls, output);
        verifier[0] = output.Length > 1 ? TField.InnerProduct(reduceRand, output) : output[0];
        verifier = verifier[1..];
        for (int gadget = 0; gadget < _uses.Length; gadget++)
        {
            calls.Finish(gadget, testPoints[gadget], verifier[..(_uses[gadget].Arity + 1)]);
            verifier = verifier[(_uses[gadget].Arity + 1)..];
        }

        return unusable;
    }

    /// <summary>
    /// The lanes, bit i for lane i, whose verifiers come from a valid measurement: VDAF §7.3.5
    /// (flp-bbcggi19-construction-decide).
    /// </summary>
    public ulong Decide(ReadOnlySpan<TField> verifier)
    {
        ulong valid = verifier[0].ZeroLanes;
        verifier = verifier[1..];
        foreach (GadgetUse<TField> use in _uses)
        {
            valid &= (use.Gadget.Eval(verifier[..use.Arity]) - verifier[use.Arity]).ZeroLanes;
            verifier = verifier[(use.Arity + 1)..];
        }

        return valid;
    }
}
