using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Flp.Circuits;

/// <summary>
/// The check that every element of a vector is zero or one, in chunks, which SumVec, Histogram and
/// MultihotCountVec share: VDAF §7.4.3 (Prio3SumVec).
/// </summary>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class BitCheck<TField>
    where TField : unmanaged, INttField<TField>
{
    /// <summary>Checks <paramref name="length"/> elements, <paramref name="chunkLength"/> per call of the gadget.</summary>
    public BitCheck(int length, int chunkLength)
    {
        int calls = (int)(((long)length + chunkLength - 1) / chunkLength);
        Gadgets = [new(new ParallelSum<TField>(new Mul<TField>(), chunkLength), calls, checksBits: true)];
    }

    /// <summary>The one gadget of the check.</summary>
    public IReadOnlyList<GadgetUse<TField>> Gadgets { get; }

    /// <summary>The number of elements of joint randomness.</summary>
    public int JointRandLength => Gadgets[0].Calls;

    /// <summary>Zero, up to a small probability, exactly if every element is zero or one.</summary>
    public static TField Eval<TCalls>(
        ReadOnlySpan<TField> meas, ReadOnlySpan<TField> jointRand, TField sharesInverse, ref TCalls gadgets)
        where TCalls : struct, IGadgetCalls<TField>, allows ref struct =>
        gadgets.CheckBits(0, meas, jointRand, sharesInverse);
}
