using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Polynomials;

/// <summary>
/// From a polynomial's values at the n-th roots of unity, its values at the 2n-th: VDAF §6.1.3.2 (Lagrange Basis).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class EvaluationDoubling<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly Ntt<TField> _ntt;

    private readonly TField[] _shift;

    /// <summary>Precomputes the doubling of 2^<paramref name="logSize"/> values.</summary>
    public EvaluationDoubling(int logSize)
    {
        _ntt = new Ntt<TField>(logSize);
        _shift = new TField[Size];
        TField root = TField.RootOfUnity(logSize + 1);
        TField power = TField.Invert(TField.FromUInt64((ulong)Size));
        for (int i = 0; i < Size; i++)
        {
            _shift[ReverseBits(i, logSize)] = TField.ToFactor(power);
            power *= root;
        }
    }

    /// <summary>The number of values before doubling.</summary>
    public int Size => _ntt.Size;

    /// <summary>The inverse n-th roots of unity that the transforms need, as factors.</summary>
    public ReadOnlySpan<TField> InverseRoots => _ntt.InverseRoots;

    /// <summary>The n-th roots of unity that the transforms need, as factors.</summary>
    public ReadOnlySpan<TField> Roots => _ntt.Roots;

    /// <summary>The powers of the 2n-th root of unity divided by n, in bit-reversed order, as factors.</summary>
    public ReadOnlySpan<TField> Shift => _shift;

    /// <summary>
    /// Replaces the first <see cref="Size"/> values by twice as many; <paramref name="scratch"/> holds at least
    /// <see cref="Size"/> elements.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Double(Span<TField> values, Span<TField> scratch)
    {
        Span<TField> odd = scratch[..Size];
        values[..Size].CopyTo(odd);
        Turn(odd);

        // From the back, so that no value is overwritten before it is moved.
        for (int i = Size - 1; i >= 0; i--)
        {
            values[(2 * i) + 1] = odd[i];
            values[2 * i] = values[i];
        }
    }

    /// <summary>Replaces the values at the n-th roots of unity by those between them, at the odd powers of the 2n-th root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Turn(Span<TField> values)
    {
        _ntt.InverseToBitReversed(values);
        ReadOnlySpan<TField> shift = _shift;
        values = values[..shift.Length];
        for (int i = 0; i < shift.Length; i++)
        {
            values[i] = TField.Scale(values[i], shift[i]);
        }

        _ntt.ForwardFromBitReversed(values);
    }

    private static int ReverseBits(int value, int bits)
    {
        int reversed = 0;
        for (int i = 0; i < bits; i++)
        {
            reversed = (reversed << 1) | ((value >> i) & 1);
        }

        return reversed;
    }
}
