using System.Numerics;
using System.Runtime.InteropServices;
using Janus.Vdaf;
using Janus.Vdaf.Fields;

namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>Puts integers into the lanes of vectors of elements, and reads them there.</summary>
internal static class LaneElements
{
    /// <summary>Skips a test that this machine cannot run.</summary>
    public static void Need<TField>()
        where TField : unmanaged, ILaneField<TField> => Need(TField.Lanes);

    /// <summary>Skips a test of an instruction set with so many lanes of 64 bits if this machine lacks it.</summary>
    public static void Need(int lanes)
    {
        InstructionSet set = lanes == 8 ? InstructionSet.Avx512 : InstructionSet.Avx2;
        if (!InstructionSets.Supported.Contains(set))
        {
            Assert.Ignore($"this machine lacks {set}");
        }
    }

    public static BigInteger Modulus<TField>()
        where TField : unmanaged, ILaneField<TField> =>
        TField.EncodedSize == Field64.EncodedSize
            ? Fields.FieldOracle.Modulus<Field64>()
            : Fields.FieldOracle.Modulus<Field128>();

    /// <summary>Integers below the modulus at the edges of the field, of words, of halves and of digits of 26 bits.</summary>
    public static BigInteger[] Edges<TField>()
        where TField : unmanaged, ILaneField<TField>
    {
        BigInteger modulus = Modulus<TField>();
        SortedSet<BigInteger> edges = [0, 1, 2, modulus - 1, modulus - 2, modulus / 2, (modulus / 2) + 1];
        foreach (int bit in (int[])[26, 31, 32, 33, 52, 63, 64, 65, 66, 69, 78, 96, 104, 127])
        {
            edges.UnionWith([(BigInteger.One << bit) - 1, BigInteger.One << bit, (BigInteger.One << bit) + 1]);
        }

        // Lower words and halves of zeros, ones and all ones below the largest upper ones.
        int half = TField.EncodedSize * 4;
        BigInteger top = modulus >> half, all = (BigInteger.One << half) - 1;
        edges.UnionWith([top << half, (top - 1) << half, ((top - 1) << half) + 1, ((top - 1) << half) + all, (BigInteger.One << half) + all]);
        return [.. edges.Where(edge => edge < modulus)];
    }

    /// <summary>A random integer below the modulus; one in four is an edge.</summary>
    public static BigInteger Draw<TField>(Random random, BigInteger[] edges)
        where TField : unmanaged, ILaneField<TField>
    {
        if (random.Next(4) == 0)
        {
            return edges[random.Next(edges.Length)];
        }

        byte[] bytes = new byte[TField.EncodedSize];
        random.NextBytes(bytes);
        return new BigInteger(bytes, isUnsigned: true) % Modulus<TField>();
    }

    /// <summary>A vector of elements whose lanes are drawn one by one.</summary>
    public static TField[] Draw<TField>(int length, int seed)
        where TField : unmanaged, ILaneField<TField>
    {
        Random random = new(seed);
        BigInteger[] edges = Edges<TField>();
        return Create<TField>(length, (_, _) => Draw<TField>(random, edges));
    }

    /// <summary>A vector of elements given by index and lane; integers that are not below the modulus are let pass.</summary>
    public static TField[] Create<TField>(int length, Func<int, int, BigInteger> value)
        where TField : unmanaged, ILaneField<TField>
    {
        TField[] vector = new TField[length];
        Span<ulong> words = MemoryMarshal.Cast<TField, ulong>(vector.AsSpan());
        int lanes = TField.Lanes, perElement = TField.EncodedSize / sizeof(ulong);
        for (int i = 0; i < length; i++)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                BigInteger integer = value(i, lane);
                for (int word = 0; word < perElement; word++)
                {
                    words[(((i * perElement) + word) * lanes) + lane] = (ulong)((integer >> (64 * word)) & ulong.MaxValue);
                }
            }
        }

        return vector;
    }

    /// <summary>The integer in one lane of an element.</summary>
    public static BigInteger At<TField>(TField element, int lane)
        where TField : unmanaged, ILaneField<TField>
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<TField, ulong>(new ReadOnlySpan<TField>(in element));
        BigInteger integer = words[lane];
        return TField.EncodedSize == sizeof(ulong) ? integer : integer | ((BigInteger)words[TField.Lanes + lane] << 64);
    }

    /// <summary>Asserts what every lane of an element holds.</summary>
    public static void AssertLanes<TField>(TField element, Func<int, BigInteger> expected, string what)
        where TField : unmanaged, ILaneField<TField>
    {
        for (int lane = 0; lane < TField.Lanes; lane++)
        {
            BigInteger wanted = expected(lane), got = At(element, lane);
            if (wanted != got)
            {
                Assert.Fail($"{what}, lane {lane}: expected {wanted}, got {got}");
            }
        }
    }
}
