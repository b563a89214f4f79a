using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Flp;
using Janus.Vdaf.Flp.Gadgets;

namespace Janus.Vdaf.Drafts.Draft08.Circuits;

/// <summary>
/// The check that every element of a vector is zero or one, in chunks, which SumVec and Histogram share: VDAF-08 §7.4.3.
/// </summary>
/// <remarks>
/// One element of joint randomness serves all calls of the gadget, and its powers run on from chunk to chunk. So the kernels
/// behind <see cref="IGadgetCalls{TField}.CheckBits"/>, for which they start anew, are of no use here: the calls are made one
/// by one.
/// </remarks>
/// <typeparam name="TField">The field.</typeparam>
internal sealed class BitCheck<TField>
    where TField : unmanaged, INttField<TField>
{
    private readonly int _chunkLength;

    /// <summary>Checks <paramref name="length"/> elements, <paramref name="chunkLength"/> per call of the gadget.</summary>
    public BitCheck(int length, int chunkLength)
    {
        _chunkLength = chunkLength;
        int calls = (int)(((long)length + chunkLength - 1) / chunkLength);
        Gadgets = [new(new ParallelSum<TField>(new Mul<TField>(), chunkLength), calls)];
    }

    /// <summary>The one gadget of the check.</summary>
    public IReadOnlyList<GadgetUse<TField>> Gadgets { get; }

    /// <summary>Zero, up to a small probability, exactly if every element is zero or one.</summary>
    public TField Eval<TCalls>(ReadOnlySpan<TField> meas, TField jointRand, TField sharesInverse, ref TCalls gadgets)
        where TCalls : struct, IGadgetCalls<TField>, allows ref struct
    {
        TField factor = TField.ToFactor(jointRand), power = factor, sum = TField.Zero;
        while (!meas.IsEmpty)
        {
            ReadOnlySpan<TField> chunk = meas[..Math.Min(_chunkLength, meas.Length)];
            power = FillInputs(chunk, power, factor, sharesInverse, gadgets.Inputs(0));
            sum += gadgets.Call(0);
            meas = meas[chunk.Length..];
        }

        return sum;
    }

    // The inputs of one call; a chunk that is too short is padded with zeros. Returns the next power, as a factor.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static TField FillInputs(
        ReadOnlySpan<TField> chunk, TField power, TField factor, TField sharesInverse, Span<TField> inputs)
    {
        for (int j = 0; j < chunk.Length; j++)
        {
            inputs[2 * j] = TField.Scale(chunk[j], power);
            inputs[(2 * j) + 1] = chunk[j] - sharesInverse;
            power = TField.Scale(power, factor);
        }

        for (int j = 2 * chunk.Length; j < inputs.Length; j += 2)
        {
            inputs[j] = TField.Zero;
            inputs[j + 1] = -sharesInverse;
        }

        return power;
    }
}
