using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>How a circuit calls its gadgets: the prover and the verifier record the wires differently.</summary>
/// <typeparam name="TField">The field.</typeparam>
internal interface IGadgetCalls<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>The input wires of the next call of a gadget, to be filled by the circuit.</summary>
    Span<TField> Inputs(int gadget);

    /// <summary>Calls a gadget on the inputs filled in before.</summary>
    TField Call(int gadget);

    /// <summary>
    /// Makes all calls of a gadget that sums up products, as the check that every element is a bit makes them: see
    /// <see cref="INttField{TSelf}.QueryBitCheck"/>. Returns the sum of the gadget's outputs.
    /// </summary>
    TField CheckBits(int gadget, ReadOnlySpan<TField> meas, ReadOnlySpan<TField> jointRand, TField sharesInverse);
}
