using Janus.Vdaf.Flp;
using Janus.Vdaf.Polynomials;

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

    /// <summary>The number of words of 64 bits that hold an unreduced sum of up to 2^32 products.</summary>
    static abstract int AccumulatorLimbs { get; }

    /// <summary>
    /// Adds <paramref name="factor"/> times each value to its accumulator, without reduction.
    /// </summary>
    static abstract void MultiplyAccumulate(TSelf factor, ReadOnlySpan<TSelf> values, Span<ulong> accumulators);

    /// <summary>Reduces each accumulator to an element.</summary>
    static abstract void Reduce(ReadOnlySpan<ulong> accumulators, Span<TSelf> values);

    /// <summary>The sum of the products of two vectors of the same length.</summary>
    static abstract TSelf InnerProduct(ReadOnlySpan<TSelf> left, ReadOnlySpan<TSelf> right);

    /// <summary>
    /// Prepares an element by which many others are scaled: a·b is <c>Scale(a, ToFactor(b))</c>. It is linear and commutes
    /// with scaling, so <c>Scale(ToFactor(a), ToFactor(b))</c> is the factor of a·b, and <c>ToFactor</c> of a sum of
    /// <c>Scale(a, b)</c> is the sum of the products.
    /// </summary>
    static virtual TSelf ToFactor(TSelf value) => value;

    /// <summary>Multiplies by a prepared factor: for some fields, faster than multiplying.</summary>
    static virtual TSelf Scale(TSelf value, TSelf factor) => value * factor;

    /// <summary>
    /// The wires of the check that every element is a bit, without the wires' seeds, at the test point.
    /// </summary>
    /// <remarks>
    /// In call k on element m of place j in its chunk, the left wire has r_k^(j+1)·m and the right one m − s. Their
    /// polynomials' values at the test point are the sums of those over the calls, weighted with the basis.
    /// </remarks>
    /// <param name="meas">The elements; the last chunk may be shorter.</param>
    /// <param name="basis">The basis polynomials of the calls at the test point.</param>
    /// <param name="jointRand">The joint randomness r_k of each call.</param>
    /// <param name="sharesInverse">The inverse s of the number of shares.</param>
    /// <param name="wires">Receives the left and right wires alternately, two for each place in a chunk.</param>
    /// <param name="memory">Working memory: <see cref="QueryBitCheckMemory"/>.</param>
    static virtual void QueryBitCheck(
        ReadOnlySpan<TSelf> meas,
        ReadOnlySpan<TSelf> basis,
        ReadOnlySpan<TSelf> jointRand,
        TSelf sharesInverse,
        Span<TSelf> wires,
        WorkingMemory memory) =>
        BitCheckQuery.Run(meas, basis, jointRand, sharesInverse, wires, memory);

    /// <summary>The working memory, in bytes, that <see cref="QueryBitCheck"/> takes for a number of calls and wires.</summary>
    static virtual long QueryBitCheckMemory(int calls, int wires) => BitCheckQuery.MemoryLength<TSelf>(wires);

    /// <summary>
    /// The gadget polynomial of the check that every element is a bit: the sum over the places in a chunk of the products of
    /// the wire polynomials that <see cref="QueryBitCheck"/> describes, here with their seeds.
    /// </summary>
    /// <param name="meas">The elements; the last chunk may be shorter.</param>
    /// <param name="wireSeeds">The seeds of the left and right wires alternately, two for each place in a chunk.</param>
    /// <param name="jointRand">The joint randomness r_k of each call.</param>
    /// <param name="sharesInverse">The inverse s of the number of shares: one for a prover.</param>
    /// <param name="doubling">Extends a wire polynomial.</param>
    /// <param name="values">Receives the values at twice as many roots of unity as a wire polynomial has values.</param>
    /// <param name="memory">Working memory: <see cref="ProveBitCheckMemory"/>.</param>
    static virtual void ProveBitCheck(
        ReadOnlySpan<TSelf> meas,
        ReadOnlySpan<TSelf> wireSeeds,
        ReadOnlySpan<TSelf> jointRand,
        TSelf sharesInverse,
        EvaluationDoubling<TSelf> doubling,
        Span<TSelf> values,
        WorkingMemory memory) =>
        BitCheckProof.Run(meas, wireSeeds, jointRand, sharesInverse, doubling, values, memory);

    /// <summary>
    /// The working memory, in bytes, that <see cref="ProveBitCheck"/> takes for a number of calls and of values of a wire.
    /// </summary>
    static virtual long ProveBitCheckMemory(int calls, int wireValues) => BitCheckProof.MemoryLength<TSelf>(calls, wireValues);
}
