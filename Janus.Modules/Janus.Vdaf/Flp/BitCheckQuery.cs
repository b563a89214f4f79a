using System.Runtime.CompilerServices;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf.Flp;

/// <summary>The reference of <see cref="INttField{TSelf}.QueryBitCheck"/>, for any field.</summary>
internal static class BitCheckQuery
{
    /// <summary>The working memory that <see cref="Run"/> takes, in bytes.</summary>
    public static long MemoryLength<TField>(int wires)
        where TField : unmanaged, INttField<TField> =>
        WorkingMemory.LengthOf<TField>(wires) + WorkingMemory.LengthOf<ulong>((long)wires * TField.AccumulatorLimbs);

    /// <summary>Computes the wires call by call.</summary>
    public static void Run<TField>(
        ReadOnlySpan<TField> meas,
        ReadOnlySpan<TField> basis,
        ReadOnlySpan<TField> jointRand,
        TField sharesInverse,
        Span<TField> wires,
        WorkingMemory memory)
        where TField : unmanaged, INttField<TField>
    {
        Span<TField> inputs = memory.Take<TField>(wires.Length);
        Span<ulong> accumulators = memory.TakeZeroed<ulong>(wires.Length * TField.AccumulatorLimbs);
        for (int k = 0; k < basis.Length; k++)
        {
            int taken = Math.Min(wires.Length / 2, meas.Length);
            FillInputs(meas[..taken], jointRand[k], sharesInverse, inputs);
            TField.MultiplyAccumulate(basis[k], inputs, accumulators);
            meas = meas[taken..];
        }

        TField.Reduce(accumulators, wires);
    }

    /// <summary>The inputs of one call of the gadget; a chunk that is too short is padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FillInputs<TField>(
        ReadOnlySpan<TField> chunk, TField jointRand, TField sharesInverse, Span<TField> inputs)
        where TField : unmanaged, INttField<TField>
    {
        TField factor = TField.ToFactor(jointRand), power = factor;
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
    }
}
