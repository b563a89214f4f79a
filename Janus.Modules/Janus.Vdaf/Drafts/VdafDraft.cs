using Janus.Vdaf.Drafts.Draft08;
using Janus.Vdaf.Drafts.Draft18;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf;

/// <summary>
/// A draft of the VDAF specification: all in which a Prio3 of one draft differs from that of another.
/// </summary>
/// <remarks>
/// A draft is asked when a Prio3 is made, and for plain numbers afterwards, never for each element of a vector. Its members
/// speak the newest draft's language: an older draft translates, and refuses what it has no word for.
/// </remarks>
public abstract class VdafDraft
{
    private protected VdafDraft()
    {
    }

    /// <summary>draft-irtf-cfrg-vdaf-08.</summary>
    public static VdafDraft Draft08 { get; } = new VdafDraft08();

    /// <summary>draft-irtf-cfrg-vdaf-18.</summary>
    public static VdafDraft Draft18 { get; } = new VdafDraft18();

    /// <summary>The draft that a Prio3 is made from unless another one is named.</summary>
    public static VdafDraft Newest => Draft18;

    /// <summary>The draft's version, which begins every domain separation tag: VDAF §6.2.3 (dst-binder).</summary>
    public abstract byte Version { get; }

    /// <summary>The longest application context, in bytes; zero if the draft has none.</summary>
    public abstract int MaximumContextLength { get; }

    /// <summary>The length of a seed, and of the verification key, in bytes.</summary>
    public int SeedSize => XofLayout.SeedSize;

    /// <summary>How the message begins that XofTurboShake128 absorbs: VDAF §6.2.1 (xof-turboshake128).</summary>
    internal abstract XofLayout XofLayout { get; }

    /// <summary>
    /// The seeds in a Helper's input share from which its measurement share and its share of the proofs are expanded: one
    /// for both, or one for each in this order. In the randomness of a report they follow one another in the same way.
    /// </summary>
    internal abstract int HelperSeeds { get; }

    /// <summary>The domain separation tag of an XOF of Prio3, without the application context: VDAF §7.2 (prio3-construction).</summary>
    internal abstract byte[] DomainSeparationTag(uint algorithmId, Prio3Usage usage);

    /// <summary>How a proof holds the polynomial of a gadget: VDAF §7.3.3 (flp-bbcggi19-construction-prove).</summary>
    internal abstract GadgetPolyForm<TField> CreateGadgetPolyForm<TField>(GadgetUse<TField> use)
        where TField : unmanaged, INttField<TField>;

    /// <summary>See <see cref="Prio3.Count"/>.</summary>
    internal abstract Prio3 CreateCount(int shares);

    /// <summary>See <see cref="Prio3.Sum"/>.</summary>
    internal abstract Prio3 CreateSum(ulong maxMeasurement, int shares);

    /// <summary>See <see cref="Prio3.SumVec"/>.</summary>
    internal abstract Prio3 CreateSumVec(int length, ulong maxMeasurement, int chunkLength, int shares);

    /// <summary>See <see cref="Prio3.SumVecWithMultiproof"/>.</summary>
    internal abstract Prio3 CreateSumVecWithMultiproof<TField>(int proofs, int length, ulong maxMeasurement, int chunkLength, int shares)
        where TField : unmanaged, IScalarField<TField>;

    /// <summary>See <see cref="Prio3.Histogram"/>.</summary>
    internal abstract Prio3 CreateHistogram(int length, int chunkLength, int shares);

    /// <summary>See <see cref="Prio3.MultihotCountVec"/>.</summary>
    internal abstract Prio3 CreateMultihotCountVec(int length, int maxWeight, int chunkLength, int shares);
}
