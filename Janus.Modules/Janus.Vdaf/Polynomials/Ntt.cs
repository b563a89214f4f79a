using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Polynomials;

/// <summary>The number theoretic transform of one power-of-two size: VDAF §6.1.2 (field-ntt-friendly).</summary>
/// <remarks>
/// The inverse leaves coefficients in bit-reversed order and the forward transform takes them so:
/// back to back, no permutation is needed.
/// </remarks>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class Ntt<TField>
    where TField : unmanaged, INttField<TField>
{
    // As factors.
    private readonly TField[] _roots;
    private readonly TField[] _inverseRoots;

    /// <summary>Precomputes the transform of 2^<paramref name="logSize"/> values.</summary>
    public Ntt(int logSize)
    {
        Size = 1 << logSize;
        int half = Size / 2;
        _roots = new TField[half];
        _inverseRoots = new TField[half];
        TField root = TField.RootOfUnity(logSize);
        TField inverse = TField.Invert(root);
        TField power = TField.One, inversePower = TField.One;
        for (int i = 0; i < half; i++)
        {
            _roots[i] = TField.ToFactor(power);
            _inverseRoots[i] = TField.ToFactor(inversePower);
            power *= root;
            inversePower *= inverse;
        }
    }

    /// <summary>The number of values.</summary>
    public int Size { get; }

    /// <summary>The first half of the inverse roots of unity, as factors.</summary>
    public ReadOnlySpan<TField> InverseRoots => _inverseRoots;

    /// <summary>The first half of the roots of unity, as factors.</summary>
    public ReadOnlySpan<TField> Roots => _roots;

    /// <summary>
    /// Turns values at the roots of unity, in natural order, into coefficients times <see cref="Size"/>, in
    /// bit-reversed order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void InverseToBitReversed(Span<TField> values)
    {
        for (int length = Size / 2, stride = 1; length > 0; length /= 2, stride *= 2)
        {
            for (int start = 0; start < Size; start += 2 * length)
            {
                Span<TField> low = values.Slice(start, length);
                Span<TField> high = values.Slice(start + length, length);
                Butterfly(ref low[0], ref high[0]);
                for (int j = 1; j < low.Length; j++)
                {
                    TField u = low[j], v = high[j];
                    low[j] = u + v;
                    high[j] = TField.Scale(u - v, _inverseRoots[j * stride]);
                }
            }
        }
    }

    /// <summary>
    /// Turns coefficients in bit-reversed order into values at the roots of unity, in natural order.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void ForwardFromBitReversed(Span<TField> values)
    {
        for (int length = 1, stride = Size / 2; length < Size; length *= 2, stride /= 2)
        {
            for (int start = 0; start < Size; start += 2 * length)
            {
                Span<TField> low = values.Slice(start, length);
                Span<TField> high = values.Slice(start + length, length);
                Butterfly(ref low[0], ref high[0]);
                for (int j = 1; j < low.Length; j++)
                {
                    TField u = low[j], v = TField.Scale(high[j], _roots[j * stride]);
                    low[j] = u + v;
                    high[j] = u - v;
                }
            }
        }
    }

    // The first root of every block is one.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(ref TField low, ref TField high)
    {
        TField u = low, v = high;
        low = u + v;
        high = u - v;
    }
}
