using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Polynomials;

namespace Janus.Vdaf.Flp;

/// <summary>The reference of <see cref="INttField{TSelf}.ProveBitCheck"/>, for any field.</summary>
internal static class BitCheckProof
{
    /// <summary>The working memory that <see cref="Run"/> takes, in bytes.</summary>
    public static long MemoryLength<TField>(int calls, int wireValues)
        where TField : unmanaged, INttField<TField> =>
        (2 * WorkingMemory.LengthOf<TField>(calls)) + (2 * WorkingMemory.LengthOf<TField>(wireValues));

    /// <summary>Place by place: the two wires of a place are made, extended, multiplied and forgotten.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TField>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> wireSeeds,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        EvaluationDoubling<TField> doubling,
        Span<TField> values,
        WorkingMemory memory)
        where TField : unmanaged, INttField<TField>
    {
        Span<TField> factors = memory.Take<TField>(jointRand.Length);
        Span<TField> powers = memory.Take<TField>(jointRand.Length);
        Span<TField> left = memory.Take<TField>(doubling.Size);
        Span<TField> right = memory.Take<TField>(doubling.Size);
        values.Clear();
        for (int k = 0; k < jointRand.Length; k++)
        {
            powers[k] = factors[k] = TField.ToFactor(jointRand[k]);
        }

        int places = wireSeeds.Length / 2;
        for (int j = 0; j < places; j++)
        {
            left.Clear();
            right.Clear();
            left[0] = wireSeeds[2 * j];
            right[0] = wireSeeds[(2 * j) + 1];
            for (int k = 0; k < jointRand.Length; k++)
            {
                int element = (k * places) + j;
                TField value = element < meas.Length ? meas[element] : TField.Zero;
                left[k + 1] = TField.Scale(value, powers[k]);
                right[k + 1] = value - sharesInverse;
                powers[k] = TField.Scale(powers[k], factors[k]);
            }

            AddProducts(left, right, values, 0);
            doubling.Turn(left);
            doubling.Turn(right);
            AddProducts(left, right, values, 1);
        }

        foreach (ref TField value in values)
        {
            value = TField.ToFactor(value);
        }
    }

    // To every second sum, from the first or the second one on.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddProducts<TField>(
        ReadOnlySpan<TField> left, ReadOnlySpan<TField> right, Span<TField> sums, int first)
        where TField : unmanaged, INttField<TField>
    {
        for (int i = 0; i < left.Length; i++)
        {
            sums[(2 * i) + first] += TField.Scale(left[i], right[i]);
        }
    }
}
