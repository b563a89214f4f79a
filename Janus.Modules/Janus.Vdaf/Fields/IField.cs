namespace Janus.Vdaf.Fields;

/// <summary>
/// An element of a finite field of prime order, or one element for each lane of a vector: VDAF §6.1 (field).
/// </summary>
/// <remarks>
/// The representation is canonical: an element is the integer below the modulus that its encoding
/// spells. Nothing here branches on, or indexes by, the value of an element.
/// </remarks>
/// <typeparam name="TSelf">The field itself.</typeparam>
internal interface IField<TSelf>
    where TSelf : unmanaged, IField<TSelf>
{
    /// <summary>The field's name in the draft.</summary>
    static abstract string Name { get; }

    /// <summary>The number of bytes of an encoded element of one lane.</summary>
    static abstract int EncodedSize { get; }

    /// <summary>
    /// The number of lanes: elements of as many reports are computed on side by side. At most 64, one for a scalar.
    /// </summary>
    static abstract int Lanes { get; }

    /// <summary>The additive identity.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>The multiplicative identity.</summary>
    static abstract TSelf One { get; }

    /// <summary>Adds.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Subtracts.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Multiplies.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>The additive inverse.</summary>
    static abstract TSelf operator -(TSelf value);

    /// <summary>The multiplicative inverse; zero for zero.</summary>
    static abstract TSelf Invert(TSelf value);

    /// <summary>The element congruent to an integer, in every lane.</summary>
    static abstract TSelf FromUInt64(ulong value);

    /// <summary>
    /// Decodes a vector for each lane. Lane i's encoding begins at i times <paramref name="stride"/> and lanes from
    /// <paramref name="count"/> on are zero.
    /// </summary>
    /// <returns>The lanes whose elements were not all below the modulus, bit i for lane i.</returns>
    static abstract ulong DecodeRows(ReadOnlySpan<byte> rows, int stride, int count, Span<TSelf> vector);

    /// <summary>
    /// Encodes a vector of each of the first <paramref name="count"/> lanes, lane i's at i times
    /// <paramref name="stride"/>.
    /// </summary>
    static abstract void EncodeRows(ReadOnlySpan<TSelf> vector, Span<byte> rows, int stride, int count);

    /// <summary>
    /// Decodes one vector for sums: its elements are spread over the lanes, in an order that
    /// <see cref="EncodeElements"/> knows, and lanes left over are zero.
    /// </summary>
    /// <returns>False if an element is not below the modulus.</returns>
    static abstract bool DecodeElements(ReadOnlySpan<byte> encoded, Span<TSelf> vector);

    /// <summary>Encodes what <see cref="DecodeElements"/> decoded, and what has been added to it.</summary>
    static abstract void EncodeElements(ReadOnlySpan<TSelf> vector, Span<byte> encoded);

    /// <summary>The lanes that hold the additive identity, bit i for lane i.</summary>
    ulong ZeroLanes { get; }
}
