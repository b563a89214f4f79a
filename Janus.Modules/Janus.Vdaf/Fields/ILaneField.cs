using Janus.Vdaf.Xof;

namespace Janus.Vdaf.Fields;

/// <summary>
/// A field with an element in each lane of a vector. In memory an element is its encoding, word by word, and each word is a
/// vector: an XOF with the same lanes takes and gives elements without rearranging them.
/// </summary>
/// <typeparam name="TSelf">The field itself.</typeparam>
internal interface ILaneField<TSelf> : INttField<TSelf>
    where TSelf : unmanaged, ILaneField<TSelf>
{
    /// <summary>The lanes in which not all elements of a vector are below the modulus, bit i for lane i.</summary>
    static abstract ulong LanesAboveModulus(ReadOnlySpan<TSelf> vector);

    /// <summary>Fills one lane of a vector from an XOF of its own, skipping what is not below the modulus.</summary>
    static abstract void Expand(ref XofTurboShake128 xof, int lane, Span<TSelf> vector);
}
