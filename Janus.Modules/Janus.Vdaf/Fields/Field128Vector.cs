namespace Janus.Vdaf.Fields;

/// <summary>Operations on vectors of <see cref="Field128"/>.</summary>
/// <remarks>An accumulator is five limbs, least significant first: a sum of up to 2^32 products of 256 bits.</remarks>
internal static class Field128Vector
{
    /// <summary>The number of limbs of an accumulator.</summary>
    public const int AccumulatorLimbs = 5;

    /// <summary>Adds <paramref name="factor"/> times each value to its accumulator.</summary>
    public static void MultiplyAccumulate(Field128 factor, ReadOnlySpan<Field128> values, Span<ulong> accumulators)
    {
        for (int i = 0; i < values.Length; i++)
        {
            Span<ulong> accumulator = accumulators.Slice(AccumulatorLimbs * i, AccumulatorLimbs);
            Field128.Multiply(
                factor, values[i], out ulong limb0, out ulong limb1, out ulong limb2, out ulong limb3);
            ulong carry = 0;
            accumulator[0] = Limbs.Add(accumulator[0], limb0, ref carry);
            accumulator[1] = Limbs.Add(accumulator[1], limb1, ref carry);
            accumulator[2] = Limbs.Add(accumulator[2], limb2, ref carry);
            accumulator[3] = Limbs.Add(accumulator[3], limb3, ref carry);
            accumulator[4] += carry;
        }
    }

    /// <summary>Reduces each accumulator to an element.</summary>
    public static void Reduce(ReadOnlySpan<ulong> accumulators, Span<Field128> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<ulong> accumulator = accumulators.Slice(AccumulatorLimbs * i, AccumulatorLimbs);
            values[i] = Field128.Reduce(
                accumulator[0], accumulator[1], accumulator[2], accumulator[3], accumulator[4]);
        }
    }

    /// <summary>The sum of the products of two vectors of the same length.</summary>
    public static Field128 InnerProduct(ReadOnlySpan<Field128> left, ReadOnlySpan<Field128> right)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, left.Length);
        ulong sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0, sum4 = 0;
        for (int i = 0; i < left.Length; i++)
        {
            Field128.Multiply(
                left[i], right[i], out ulong limb0, out ulong limb1, out ulong limb2, out ulong limb3);
            ulong carry = 0;
            sum0 = Limbs.Add(sum0, limb0, ref carry);
            sum1 = Limbs.Add(sum1, limb1, ref carry);
            sum2 = Limbs.Add(sum2, limb2, ref carry);
            sum3 = Limbs.Add(sum3, limb3, ref carry);
            sum4 += carry;
        }

        return Field128.Reduce(sum0, sum1, sum2, sum3, sum4);
    }
}
