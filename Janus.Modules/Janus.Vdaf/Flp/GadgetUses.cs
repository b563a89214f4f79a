using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>Sums over a circuit's gadgets, which allocate nothing.</summary>
internal static class GadgetUses
{
    /// <summary>The sum of a length of each gadget.</summary>
    public static int Total<TField>(this GadgetUse<TField>[] uses, Func<GadgetUse<TField>, int> length)
        where TField : unmanaged, INttField<TField>
    {
        int total = 0;
        foreach (GadgetUse<TField> use in uses)
        {
            total += length(use);
        }

        return total;
    }
}
