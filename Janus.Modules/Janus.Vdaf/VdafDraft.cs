namespace Janus.Vdaf;

/// <summary>The version of the VDAF specification, as it goes into every domain separation tag.</summary>
internal static class VdafDraft
{
    /// <summary>The first byte of a domain separation tag: VDAF §6.2.3 (dst-binder).</summary>
    public const byte Version = 18;
}
