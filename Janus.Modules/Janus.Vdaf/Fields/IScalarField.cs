namespace Janus.Vdaf.Fields;

/// <summary>A field of one lane: the reference that the vector kernels are checked against.</summary>
/// <typeparam name="TSelf">The field itself.</typeparam>
internal interface IScalarField<TSelf> : INttField<TSelf>
    where TSelf : unmanaged, IScalarField<TSelf>
{
    /// <summary>Reads one little-endian element, and tells whether it is below the modulus.</summary>
    static abstract bool TryRead(ReadOnlySpan<byte> encoded, out TSelf value);

    /// <summary>Writes the element in <see cref="IField{TSelf}.EncodedSize"/> little-endian bytes.</summary>
    void Write(Span<byte> encoded);

    /// <summary>Whether this is the additive identity.</summary>
    bool IsZero { get; }

    /// <summary>The canonical integer.</summary>
    UInt128 ToUInt128();
}
