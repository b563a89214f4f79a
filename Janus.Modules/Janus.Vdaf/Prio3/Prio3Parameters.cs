using System.Numerics;
using Janus.Vdaf.Fields;

namespace Janus.Vdaf;

/// <summary>Checks of the parameters that a Prio3 is made with, which throw <see cref="ArgumentException"/>.</summary>
internal static class Prio3Parameters
{
    /// <summary>Checks that sums of numbers up to a maximum, and the number's bits, fit into a field.</summary>
    public static void CheckMaximum<TField>(ulong maximum, string name)
        where TField : unmanaged, INttField<TField>
    {
        int bits = Math.Min(64, TField.ModulusBits - 1);
        if (maximum == 0 || BitOperations.Log2(maximum) >= bits)
        {
            throw new ArgumentException($"{name} {maximum} is out of range: 1 to 2^{bits} - 1 in {TField.Name}", name);
        }
    }

    /// <summary>Checks the parameters of Prio3SumVec.</summary>
    public static void CheckSumVec<TField>(int length, ulong maxMeasurement, int chunkLength)
        where TField : unmanaged, INttField<TField>
    {
        CheckMaximum<TField>(maxMeasurement, nameof(maxMeasurement));
        CheckLengths(length, BitOperations.Log2(maxMeasurement) + 1, extraBits: 0, chunkLength);
    }

    /// <summary>Checks the length of a vector, of its encoding, and of a chunk.</summary>
    public static void CheckLengths(int length, int bitsPerElement, int extraBits, int chunkLength)
    {
        CheckPositive(length, Prio3.MaximumEncodedLength, nameof(length));
        CheckPositive(chunkLength, Prio3.MaximumEncodedLength, nameof(chunkLength));
        long encoded = ((long)length * bitsPerElement) + extraBits;
        if (encoded > Prio3.MaximumEncodedLength)
        {
            throw new ArgumentException(
                $"a measurement would be encoded in {encoded} elements, at most {Prio3.MaximumEncodedLength} are supported",
                nameof(length));
        }
    }

    /// <summary>Checks a number that is at least one.</summary>
    public static void CheckPositive(int value, int maximum, string name)
    {
        if (value < 1 || value > maximum)
        {
            throw new ArgumentException($"{name} {value} is out of range: 1 to {maximum}", name);
        }
    }
}
