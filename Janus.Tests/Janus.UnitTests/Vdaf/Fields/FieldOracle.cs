using System.Numerics;
using CsCheck;
using Janus.Vdaf.Fields;

namespace Janus.UnitTests.Vdaf.Fields;

/// <summary>The integers that field arithmetic is compared with.</summary>
internal static class FieldOracle
{
    public static BigInteger Modulus<TField>()
        where TField : unmanaged, IScalarField<TField> =>
        TField.EncodedSize == 8
            ? (BigInteger.One << 64) - (BigInteger.One << 32) + 1
            : (BigInteger.One << 128) - (7 * (BigInteger.One << 66)) + 1;

    /// <summary>Random integers below the modulus, often at the edges of the field and of limbs.</summary>
    public static Gen<BigInteger> Integers<TField>()
        where TField : unmanaged, IScalarField<TField>
    {
        BigInteger modulus = Modulus<TField>();
        BigInteger[] edges =
        [
            0, 1, 2, 3, modulus - 1, modulus - 2, modulus / 2, (modulus / 2) + 1, uint.MaxValue, (BigInteger)uint.MaxValue + 1,
            (ulong.MaxValue - 1) % modulus, ulong.MaxValue % modulus, (BigInteger.One << 64) % modulus,
            (BigInteger.One << 66) % modulus, (BigInteger.One << 96) % modulus, (BigInteger.One << 127) % modulus,
        ];
        Gen<BigInteger> random = Gen.Select(Gen.ULong, Gen.ULong, (high, low) => (((BigInteger)high << 64) | low) % modulus);
        Gen<BigInteger> nearTop = Gen.UInt.Select(distance => modulus - 1 - distance);
        return Gen.Frequency((1, Gen.Int[0, edges.Length - 1].Select(index => edges[index])), (1, nearTop), (3, random));
    }

    public static TField ToField<TField>(BigInteger value)
        where TField : unmanaged, IScalarField<TField>
    {
        byte[] encoded = new byte[TField.EncodedSize];
        value.TryWriteBytes(encoded, out _, isUnsigned: true);
        Assert.That(TField.TryRead(encoded, out TField element), Is.True);
        return element;
    }

    public static BigInteger ToInteger<TField>(TField element)
        where TField : unmanaged, IScalarField<TField>
    {
        byte[] encoded = new byte[TField.EncodedSize];
        element.Write(encoded);
        return new BigInteger(encoded, isUnsigned: true);
    }

    public static TField[] RandomVector<TField>(int length, int seed)
        where TField : unmanaged, IScalarField<TField>
    {
        Random random = new(seed);
        byte[] bytes = new byte[TField.EncodedSize];
        TField[] vector = new TField[length];
        for (int i = 0; i < length; i++)
        {
            do
            {
                random.NextBytes(bytes);
            }
            while (!TField.TryRead(bytes, out vector[i]));
        }

        return vector;
    }
}
