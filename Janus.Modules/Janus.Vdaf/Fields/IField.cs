namespace Janus.Vdaf.Fields;

/// <summary>
/// An element of a finite field of prime order: VDAF §6.1 (field).
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

    /// <summary>The number of bytes of an encoded element.</summary>
    static abstract int EncodedSize { get; }

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

    /// <summary>The element congruent to an integer.</summary>
    static abstract TSelf FromUInt64(ulong value);

    /// <summary>Reads one little-endian element, and tells whether it is below the modulus.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> encoded, out TSelf value);

    /// <summary>Writes the element in <see cref="EncodedSize"/> little-endian bytes.</summary>
    void Write(Span<byte> encoded);

    /// <summary>Whether this is the additive identity.</summary>
    bool IsZero { get; }
}
