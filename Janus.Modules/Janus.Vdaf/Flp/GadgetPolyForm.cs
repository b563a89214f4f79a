using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>
/// The form in which a proof holds the polynomial of one gadget, against its values at all roots of unity of order
/// <see cref="GadgetUse{TField}.GadgetValues"/>, which prover and verifier compute with.
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal abstract class GadgetPolyForm<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>Writes the polynomial as the proof holds it.</summary>
    /// <param name="values">The polynomial's values, which may be overwritten.</param>
    /// <param name="encoded">Receives <see cref="GadgetUse{TField}.GadgetPolyLength"/> elements.</param>
    public abstract void FromValues(Span<TField> values, Span<TField> encoded);

    /// <summary>Computes the polynomial's values from what the proof holds.</summary>
    /// <param name="encoded">The polynomial in the proof, or a share of it.</param>
    /// <param name="values">Receives the values at all roots of unity.</param>
    public abstract void ToValues(ReadOnlySpan<TField> encoded, Span<TField> values);
}
