using System.Numerics;
using CsCheck;
using Janus.Vdaf.Fields;

namespace Janus.UnitTests.Vdaf.Fields;

[TestFixture(TypeArgs = [typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128)])]
internal sealed class FieldTests<TField>
    where TField : unmanaged, IScalarField<TField>
{
    private static readonly BigInteger Modulus = FieldOracle.Modulus<TField>();
    private static readonly Gen<BigInteger> Integers = FieldOracle.Integers<TField>();

    [Test]
    public void Arithmetic_agrees_with_integers_modulo_p()
    {
        Gen.Select(Integers, Integers).Sample(
            (x, y) =>
            {
                TField a = FieldOracle.ToField<TField>(x), b = FieldOracle.ToField<TField>(y);
                return FieldOracle.ToInteger(a + b) == (x + y) % Modulus
                    && FieldOracle.ToInteger(a - b) == (x - y + Modulus) % Modulus
                    && FieldOracle.ToInteger(a * b) == x * y % Modulus
                    && FieldOracle.ToInteger(-a) == (Modulus - x) % Modulus
                    && a.IsZero == x.IsZero
                    && (BigInteger)a.ToUInt128() == x;
            },
            iter: 50_000);
    }

    [Test]
    public void Edge_values_multiply_correctly_with_each_other()
    {
        BigInteger[] edges = [0, 1, 2, Modulus - 1, Modulus - 2, Modulus >> 1, (Modulus >> 1) + 1, (Modulus - 1) >> 32];
        foreach (BigInteger x in edges)
        {
            foreach (BigInteger y in edges)
            {
                TField product = FieldOracle.ToField<TField>(x) * FieldOracle.ToField<TField>(y);
                Assert.That(FieldOracle.ToInteger(product), Is.EqualTo(x * y % Modulus), $"{x} times {y}");
            }
        }
    }

    [Test]
    public void Inverse_times_the_element_is_one()
    {
        Integers.Where(x => !x.IsZero).Sample(
            x => FieldOracle.ToInteger(FieldOracle.ToField<TField>(x) * TField.Invert(FieldOracle.ToField<TField>(x))).IsOne,
            iter: 500);
        Assert.That(TField.Invert(TField.Zero).IsZero, Is.True);
    }

    [Test]
    public void Encodings_at_or_above_the_modulus_are_invalid()
    {
        foreach (BigInteger value in new[] { Modulus, Modulus + 1, (BigInteger.One << (8 * TField.EncodedSize)) - 1 })
        {
            byte[] encoded = new byte[TField.EncodedSize];
            value.TryWriteBytes(encoded, out _, isUnsigned: true);

            Assert.That(TField.TryRead(encoded, out _), Is.False, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Test]
    public void One_bad_element_makes_a_vector_invalid()
    {
        byte[] encoded = new byte[5 * TField.EncodedSize];
        Modulus.TryWriteBytes(encoded.AsSpan(3 * TField.EncodedSize), out _, isUnsigned: true);

        Assert.That(FieldVector.TryDecode<TField>(encoded, new TField[5]), Is.False);
        Assert.That(FieldVector.TryDecode<TField>(encoded.AsSpan(0, 3 * TField.EncodedSize), new TField[3]), Is.True);
    }

    [Test]
    public void Integers_become_elements_modulo_p()
    {
        Gen.ULong.Sample(value => FieldOracle.ToInteger(TField.FromUInt64(value)) == value % Modulus);
        Assert.That(FieldOracle.ToInteger(TField.FromUInt64(ulong.MaxValue)), Is.EqualTo(ulong.MaxValue % Modulus));
    }

    [Test]
    public void Root_of_unity_has_exactly_its_order()
    {
        for (int logOrder = 1; logOrder <= TField.TwoAdicity; logOrder++)
        {
            TField power = TField.RootOfUnity(logOrder);
            for (int i = 1; i < logOrder; i++)
            {
                power *= power;
            }

            Assert.That(FieldOracle.ToInteger(power), Is.EqualTo(Modulus - 1), $"order 2^{logOrder}");
        }
    }

    [Test]
    public void Inner_products_agree_with_integers_for_every_length([Range(0, 67)] int length)
    {
        Integers.Array[length].Select(Integers.Array[length]).Sample(
            (x, y) =>
            {
                BigInteger expected = x.Zip(y, (a, b) => a * b).Aggregate(BigInteger.Zero, (sum, term) => sum + term) % Modulus;
                return FieldOracle.ToInteger(TField.InnerProduct(Elements(x), Elements(y))) == expected;
            },
            iter: 20);
    }

    [Test]
    public void Accumulators_hold_long_sums_of_the_largest_products()
    {
        TField largest = -TField.One;
        ulong[] accumulators = new ulong[2 * TField.AccumulatorLimbs];
        for (int i = 0; i < 100_000; i++)
        {
            TField.MultiplyAccumulate(largest, [largest, TField.One], accumulators);
        }

        TField[] sums = new TField[2];
        TField.Reduce(accumulators, sums);
        Assert.That(FieldOracle.ToInteger(sums[0]), Is.EqualTo((BigInteger)100_000));
        Assert.That(FieldOracle.ToInteger(sums[1]), Is.EqualTo(Modulus - 100_000));
    }

    [Test]
    public void Accumulators_with_the_greatest_count_of_products_are_reduced()
    {
        BigInteger limb = BigInteger.One << 64;
        Gen.Select(Gen.ULong.Array[TField.AccumulatorLimbs - 1], Gen.UInt).Sample((limbs, top) =>
        {
            ulong[] accumulator = [.. limbs, top];
            BigInteger value = accumulator.Reverse().Aggregate(BigInteger.Zero, (sum, part) => (sum * limb) + part);
            TField[] reduced = new TField[1];
            TField.Reduce(accumulator, reduced);
            return FieldOracle.ToInteger(reduced[0]) == value % Modulus;
        });
    }

    [Test]
    public void Accumulators_of_edge_limbs_are_reduced()
    {
        ulong[] edges = [0, 1, 27, 28, 29, 784, 1UL << 63, ulong.MaxValue / 28, (ulong.MaxValue / 28) + 1, ulong.MaxValue - 784, ulong.MaxValue - 27, ulong.MaxValue - 26, ulong.MaxValue - 1, ulong.MaxValue];
        int limbs = TField.AccumulatorLimbs - 1;
        TField[] reduced = new TField[1];
        for (int combination = 0; combination < (int)Math.Pow(edges.Length, limbs); combination++)
        {
            ulong[] accumulator = new ulong[limbs + 1];
            for (int limb = 0, rest = combination; limb < limbs; limb++, rest /= edges.Length)
            {
                accumulator[limb] = edges[rest % edges.Length];
            }

            accumulator[limbs] = combination % 3 == 0 ? uint.MaxValue : (ulong)(combination % 3) - 1;
            BigInteger value = accumulator.Reverse().Aggregate(BigInteger.Zero, (sum, part) => (sum << 64) + part);
            TField.Reduce(accumulator, reduced);
            if (FieldOracle.ToInteger(reduced[0]) != value % Modulus)
            {
                Assert.Fail($"limbs {string.Join(", ", accumulator)} were reduced to {reduced[0].ToUInt128()}");
            }
        }
    }

    private static TField[] Elements(BigInteger[] integers) => [.. integers.Select(FieldOracle.ToField<TField>)];
}
