using Janus.Messages;

namespace Janus.Dap;

/// <summary>All VDAFs that are implemented: what is to be known of one is in its <see cref="VdafEntry"/> and its <see cref="VdafDescription"/>.</summary>
public static class VdafRegistry
{
    /// <summary>The VDAFs, in the order of their code points.</summary>
    public static IReadOnlyList<VdafEntry> All { get; } =
    [
        Prio3CountDescription.Registered,
        Prio3SumDescription.Registered,
        Prio3SumVecDescription.Registered,
        Prio3HistogramDescription.Registered,
        Prio3MultihotCountVecDescription.Registered,
    ];

    /// <summary>The VDAF of a code point, or <see langword="null"/>.</summary>
    public static VdafEntry? Find(VdafType type) => All.FirstOrDefault(entry => entry.Type == type);

    /// <summary>The VDAF of the first word of the text form, or <see langword="null"/>; upper and lower case are alike.</summary>
    public static VdafEntry? FindKeyword(string keyword) =>
        All.FirstOrDefault(entry => entry.Keyword.Equals(keyword, StringComparison.OrdinalIgnoreCase));
}
