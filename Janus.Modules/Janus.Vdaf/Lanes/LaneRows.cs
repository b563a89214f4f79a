using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Janus.Vdaf.Lanes;

/// <summary>
/// Moves words of 64 bits between rows, one for each lane, and vectors, whose lane i is of row i.
/// </summary>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its vector.</typeparam>
internal static class LaneRows<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// Reads as many little-endian words of each row as there are vectors. Row i begins at i times
    /// <paramref name="stride"/>; lanes from <paramref name="count"/> on become zero.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(ReadOnlySpan<byte> rows, int stride, int count, Span<TVector> words)
    {
        int word = 0;
        for (; word + TLanes.Count <= words.Length; word += TLanes.Count)
        {
            Span<TVector> square = words.Slice(word, TLanes.Count);
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                square[lane] = lane < count
                    ? MemoryMarshal.Read<TVector>(rows[((lane * stride) + (word * sizeof(ulong)))..])
                    : default;
            }

            TLanes.Transpose(square, square);
        }

        Span<ulong> lanes = MemoryMarshal.Cast<TVector, ulong>(words);
        for (; word < words.Length; word++)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                lanes[(word * TLanes.Count) + lane] = lane < count
                    ? MemoryMarshal.Read<ulong>(rows[((lane * stride) + (word * sizeof(ulong)))..])
                    : 0;
            }
        }
    }

    /// <summary>Writes the words of the first <paramref name="count"/> lanes into their rows, little-endian.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(ReadOnlySpan<TVector> words, Span<byte> rows, int stride, int count)
    {
        int word = 0;
        Span<TVector> square = stackalloc TVector[TLanes.Count];
        for (; word + TLanes.Count <= words.Length; word += TLanes.Count)
        {
            TLanes.Transpose(words.Slice(word, TLanes.Count), square);
            for (int lane = 0; lane < count; lane++)
            {
                MemoryMarshal.Write(rows[((lane * stride) + (word * sizeof(ulong)))..], square[lane]);
            }
        }

        ReadOnlySpan<ulong> lanes = MemoryMarshal.Cast<TVector, ulong>(words);
        for (; word < words.Length; word++)
        {
            for (int lane = 0; lane < count; lane++)
            {
                MemoryMarshal.Write(rows[((lane * stride) + (word * sizeof(ulong)))..], lanes[(word * TLanes.Count) + lane]);
            }
        }

        MemoryMarshal.AsBytes(square).Clear();
    }
}
