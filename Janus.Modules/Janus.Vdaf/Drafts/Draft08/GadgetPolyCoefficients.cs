using System.Numerics;
using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Drafts.Draft08;

/// <summary>A gadget polynomial as its coefficients, from the constant up: VDAF-08 §7.3.3.</summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class GadgetPolyCoefficients<TField> : GadgetPolyForm<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly Ntt<TField> _ntt;

    // Where among the coefficients, as the transforms order them, each one is.
    private readonly int[] _places;

    // The inverse transform leaves out a division by the number of values.
    private readonly TField _scale;

    /// <summary>Precomputes the transforms between coefficients and values.</summary>
    public GadgetPolyCoefficients(GadgetUse<TField> use)
    {
        int logSize = BitOperations.Log2((uint)use.GadgetValues);
        _ntt = new Ntt<TField>(logSize);
        _scale = TField.ToFactor(TField.Invert(TField.FromUInt64((ulong)use.GadgetValues)));
        _places = new int[use.GadgetPolyLength];
        for (int i = 0; i < _places.Length; i++)
        {
            for (int bit = 0; bit < logSize; bit++)
            {
                _places[i] |= ((i >> bit) & 1) << (logSize - 1 - bit);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void FromValues(Span<TField> values, Span<TField> encoded)
    {
        _ntt.InverseToBitReversed(values);
        for (int i = 0; i < _places.Length; i++)
        {
            encoded[i] = TField.Scale(values[_places[i]], _scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void ToValues(ReadOnlySpan<TField> encoded, Span<TField> values)
    {
        values.Clear();
        for (int i = 0; i < _places.Length; i++)
        {
            values[_places[i]] = encoded[i];
        }

        _ntt.ForwardFromBitReversed(values);
    }
}
