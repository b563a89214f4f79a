namespace Janus.Vdaf.Fields;

/// <summary>
/// A field with a multiplicative subgroup of a large power-of-two order: VDAF §6.1.2 (field-ntt-friendly).
/// </summary>
/// <typeparam name="TSelf">The field itself.</typeparam>
internal interface INttField<TSelf> : IField<TSelf>
    where TSelf : unmanaged, INttField<TSelf>
{
    /// <summary>The number of bits of the modulus.</summary>
    static abstract int ModulusBits { get; }

    /// <summary>The binary logarithm of the order of the subgroup.</summary>
    static abstract int TwoAdicity { get; }

    /// <summary>The root of unity of order 2^<paramref name="logOrder"/>, derived from the draft's generator.</summary>
    static abstract TSelf RootOfUnity(int logOrder);

    /// <summary>The number of limbs that hold an unreduced sum of up to 2^32 products.</summary>
    static abstract int AccumulatorLimbs { get; }

    /// <summary>
    /// Adds <paramref name="factor"/> times each value to its accumulator, without reduction.
    /// </summary>
    static abstract void MultiplyAccumulate(TSelf factor, ReadOnlySpan<TSelf> values, Span<ulong> accumulators);

    /// <summary>Reduces each accumulator to an element.</summary>
    static abstract void Reduce(ReadOnlySpan<ulong> accumulators, Span<TSelf> values);

    /// <summary>The sum of the products of two vectors of the same length.</summary>
    static abstract TSelf InnerProduct(ReadOnlySpan<TSelf> left, ReadOnlySpan<TSelf> right);

    /// <summary>The canonical integer.</summary>
    UInt128 ToUInt128();
}
