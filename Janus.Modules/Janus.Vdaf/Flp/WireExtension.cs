using System.Numerics;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Flp;

/// <summary>Extends wire polynomials to as many values as the gadget polynomial needs.</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class WireExtension<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly EvaluationDoubling<TField>[] _doublings;

    /// <summary>Precomputes the extension between two powers of two.</summary>
    public WireExtension(int wirePolyLength, int gadgetValues)
    {
        WirePolyLength = wirePolyLength;
        int logSize = BitOperations.Log2((uint)wirePolyLength);
        _doublings = new EvaluationDoubling<TField>[BitOperations.Log2((uint)gadgetValues) - logSize];
        for (int i = 0; i < _doublings.Length; i++)
        {
            _doublings[i] = new EvaluationDoubling<TField>(logSize + i);
        }
    }

    /// <summary>The number of values of a wire polynomial.</summary>
    public int WirePolyLength { get; }

    /// <summary>The first doubling: of a gadget of degree two, the only one.</summary>
    public EvaluationDoubling<TField> Doubling => _doublings[0];

    /// <summary>
    /// Replaces the values of one wire polynomial, the first <see cref="WirePolyLength"/>, by those at all nodes of the
    /// gadget polynomial.
    /// </summary>
    public void Extend(Span<TField> values, Span<TField> scratch)
    {
        foreach (EvaluationDoubling<TField> doubling in _doublings)
        {
            doubling.Double(values, scratch);
        }
    }
}
