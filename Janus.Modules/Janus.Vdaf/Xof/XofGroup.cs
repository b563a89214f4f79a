using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Xof;

/// <summary>The XOF of one report: a group for fields of one lane.</summary>
/// <typeparam name="TField">The field.</typeparam>
internal struct XofGroup<TField> : IXofGroup<XofGroup<TField>, TField>
    where TField : unmanaged, IScalarField<TField>
{
    private XofTurboShake128 _xof;

    public static long MemoryLength => 0;

    public static XofGroup<TField> Create(WorkingMemory memory) => default;

    public void Start(XofLayout layout, scoped ReadOnlySpan<byte> dstPrefix, scoped ReadOnlySpan<byte> dstRest) =>
        _xof = new XofTurboShake128(layout, dstPrefix, dstRest);

    public void Bind(scoped ReadOnlySpan<byte> bytes) => _xof.Bind(bytes);

    public void BindRows(scoped ReadOnlySpan<byte> rows) => _xof.Bind(rows);

    public void BindVec(scoped ReadOnlySpan<TField> vector) => _xof.Bind(vector);

    public void NextRows(scoped Span<byte> rows) => _xof.Next(rows);

    public void NextVec(scoped Span<TField> vector) => _xof.NextVec(vector);

    public void Dispose() => _xof.Dispose();
}
