using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Janus.Vdaf.Xof;

namespace Janus.Vdaf.Fields;

/// <summary>Fills one lane of a vector: for the rare case that an XOF's candidate is not below the modulus.</summary>
internal static class LaneExpansion
{
    private const int ElementsAtOnce = 64;

    /// <summary>Expands an XOF into one lane.</summary>
    /// <param name="xof">The lane's XOF.</param>
    /// <param name="words">The vector, word by word, the lanes of each word adjacent.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="lanes">The number of lanes.</param>
    public static void Expand<TScalar>(ref XofTurboShake128 xof, Span<ulong> words, int lane, int lanes)
        where TScalar : unmanaged, IScalarField<TScalar>
    {
        Span<TScalar> elements = stackalloc TScalar[ElementsAtOnce];
        Span<byte> encoded = stackalloc byte[ElementsAtOnce * TScalar.EncodedSize];
        int position = lane;
        while (position < words.Length)
        {
            // Whole elements are left, since a vector holds whole elements.
            int wordsLeft = (words.Length - position + lanes - 1) / lanes;
            int count = Math.Min(ElementsAtOnce, wordsLeft * sizeof(ulong) / TScalar.EncodedSize);
            xof.NextVec(elements[..count]);
            FieldVector.Encode<TScalar>(elements[..count], encoded[..(count * TScalar.EncodedSize)]);
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(encoded[..(count * TScalar.EncodedSize)]))
            {
                words[position] = word;
                position += lanes;
            }
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(elements));
        CryptographicOperations.ZeroMemory(encoded);
    }
}
