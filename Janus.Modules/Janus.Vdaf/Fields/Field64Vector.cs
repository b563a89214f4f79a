namespace Janus.Vdaf.Fields;

/// <summary>Operations on vectors of <see cref="Field64"/>.</summary>
/// <remarks>An accumulator is three limbs, least significant first: a sum of up to 2^32 products of 128 bits.</remarks>
internal static class Field64Vector
{
    /// <summary>The number of limbs of an accumulator.</summary>
    public const int AccumulatorLimbs = 3;

    /// <summary>Adds <paramref name="factor"/> times each value to its accumulator.</summary>
    public static void MultiplyAccumulate(Field64 factor, ReadOnlySpan<Field64> values, Span<ulong> accumulators)
    {
        for (int i = 0; i < values.Length; i++)
        {
            Span<ulong> accumulator = accumulators.Slice(AccumulatorLimbs * i, AccumulatorLimbs);
            ulong high = Field64.Multiply(factor, values[i], out ulong low);
            ulong carry = 0;
            accumulator[0] = Limbs.Add(accumulator[0], low, ref carry);
            accumulator[1] = Limbs.Add(accumulator[1], high, ref carry);
            accumulator[2] += carry;
        }
    }

    /// <summary>Reduces each accumulator to an element.</summary>
    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field64> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<ulong> accumulator = accumulators.Slice(AccumulatorLimbs * i, AccumulatorLimbs);
            values[i] = Field64.Reduce(accumulator[0], accumulator[1], accumulator[2]);
        }
    }

    /// <summary>The sum of the products of two vectors of the same length.</summary>
    public static Field64 InnerProduct(ReadOnlySpan<Field64> left, ReadOnlySpan<Field64> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ulong sum0 = 0, sum1 = 0, sum2 = 0;
        for (int i = 0; i < left.Length; i++)
        {
            ulong high = Field64.Multiply(left[i], right[i], out ulong low);
            ulong carry = 0;
            sum0 = Limbs.Add(sum0, low, ref carry);
            sum1 = Limbs.Add(sum1, high, ref carry);
            sum2 += carry;
        }

        return Field64.Reduce(sum0, sum1, sum2);
    }
}
