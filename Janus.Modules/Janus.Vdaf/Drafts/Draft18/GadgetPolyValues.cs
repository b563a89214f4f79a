using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Drafts.Draft18;

/// <summary>A gadget polynomial as its first values, so many as determine it: VDAF §6.1.3.2 (Lagrange Basis).</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class GadgetPolyValues<TField> : GadgetPolyForm<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly ValueExtension<TField> _extension;

    /// <summary>Precomputes what recovers the values that a proof leaves out.</summary>
    public GadgetPolyValues(GadgetUse<TField> use) =>
        _extension = new ValueExtension<TField>(use.GadgetBasis, use.GadgetPolyLength);

    public override void FromValues(Span<TField> values, Span<TField> encoded) => values[..encoded.Length].CopyTo(encoded);

    public override void ToValues(ReadOnlySpan<TField> encoded, Span<TField> values)
    {
        encoded.CopyTo(values);
        _extension.Extend(values);
    }
}
