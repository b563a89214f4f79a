using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Xof;

/// <summary>
/// An XOF for each of a group of reports, one in each lane of a field: VDAF §6.2 (xof). All of them take strings of the
/// same lengths.
/// </summary>
/// <typeparam name="TSelf">The XOFs themselves.</typeparam>
/// <typeparam name="TField">The field.</typeparam>
internal interface IXofGroup<TSelf, TField> : IDisposable
    where TSelf : struct, IXofGroup<TSelf, TField>, allows ref struct
    where TField : unmanaged, INttField<TField>
{
    /// <summary>The working memory, in bytes.</summary>
    static abstract long MemoryLength { get; }

    /// <summary>Makes a group of XOFs on working memory of its own.</summary>
    static abstract TSelf Create(WorkingMemory memory);

    /// <summary>Starts anew with a domain separation tag in two parts; the seed and the binder follow.</summary>
    void Start(XofLayout layout, scoped ReadOnlySpan<byte> dstPrefix, scoped ReadOnlySpan<byte> dstRest);

    /// <summary>Takes the same bytes in every lane.</summary>
    void Bind(scoped ReadOnlySpan<byte> bytes);

    /// <summary>Takes a row of bytes for each lane; the rows are adjacent and of the same length.</summary>
    void BindRows(scoped ReadOnlySpan<byte> rows);

    /// <summary>Takes an encoded vector for each lane.</summary>
    void BindVec(scoped ReadOnlySpan<TField> vector);

    /// <summary>Produces a row of bytes for each lane; the rows are adjacent, and as long as a whole number of words.</summary>
    void NextRows(scoped Span<byte> rows);

    /// <summary>
    /// Produces the next field elements of each lane, skipping encodings that are not below the modulus. What was bound is
    /// used up by one call.
    /// </summary>
    void NextVec(scoped Span<TField> vector);
}
