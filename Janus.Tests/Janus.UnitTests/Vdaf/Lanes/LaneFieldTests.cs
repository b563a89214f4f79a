using System.Numerics;
using System.Runtime.Intrinsics;
using CsCheck;
using Janus.UnitTests.Vdaf.Fields;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;

namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>Arithmetic in every lane, compared with integers modulo p.</summary>
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field128)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field128)])]
internal sealed class LaneFieldTests<TField, TScalar>
    where TField : unmanaged, ILaneField<TField>
    where TScalar : unmanaged, IScalarField<TScalar>
{
    private const int LongestVector = 67;

    private static readonly BigInteger Modulus = LaneElements.Modulus<TField>();
    private static readonly BigInteger[] Edges = LaneElements.Edges<TField>();

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need<TField>();

    [Test]
    public void Edges_in_all_pairs_are_computed_with_as_integers_modulo_p()
    {
        // Neighbouring lanes hold different pairs, the second time at other places.
        int pairs = Edges.Length * Edges.Length;
        for (int first = 0; first < pairs; first += TField.Lanes)
        {
            int start = first;
            BigInteger Left(int lane) => Edges[(start + lane) % pairs / Edges.Length];
            BigInteger Right(int lane) => Edges[(start + lane) % Edges.Length];
            AssertArithmetic(Left, Right);
            AssertArithmetic(lane => Left((lane + 3) % TField.Lanes), lane => Right((lane + 5) % TField.Lanes));
        }
    }

    [Test]
    public void Any_elements_are_computed_with_as_integers_modulo_p()
    {
        Gen<BigInteger[]> integers = FieldOracle.Integers<TScalar>().Array[TField.Lanes];
        Gen.Select(integers, integers).Sample(
            (left, right) => AssertArithmetic(lane => left[lane], lane => right[lane]), iter: 2_000, threads: 1);
    }

    [Test]
    public void Element_may_be_both_operands_and_the_result()
    {
        TField[] elements = LaneElements.Draw<TField>(Edges.Length, seed: 3);
        foreach (TField element in elements)
        {
            TField sum = element, difference = element, product = element;
            sum += sum;
            difference -= difference;
            product *= product;

            LaneElements.AssertLanes(sum, lane => 2 * LaneElements.At(element, lane) % Modulus, "doubled");
            LaneElements.AssertLanes(difference, _ => 0, "less itself");
            LaneElements.AssertLanes(product, lane => BigInteger.ModPow(LaneElements.At(element, lane), 2, Modulus), "squared");
        }

        TField[] sums = [.. elements], differences = [.. elements];
        FieldVector.Add<TField>(sums, sums);
        FieldVector.Subtract<TField>(differences, differences);
        TField norm = TField.InnerProduct(elements, elements);

        for (int i = 0; i < elements.Length; i++)
        {
            int index = i;
            LaneElements.AssertLanes(sums[i], lane => 2 * LaneElements.At(elements[index], lane) % Modulus, $"vector doubled, {i}");
            LaneElements.AssertLanes(differences[i], _ => 0, $"vector less itself, {i}");
        }

        LaneElements.AssertLanes(norm, lane => InnerProduct(elements, elements, lane), "inner product with itself");
    }

    [Test]
    public void Inverse_times_the_element_is_one_and_of_zero_is_zero()
    {
        TField[] elements = [
            .. LaneElements.Create<TField>(Edges.Length, (i, lane) => Edges[(i + (5 * lane)) % Edges.Length]),
            .. LaneElements.Draw<TField>(20, seed: 1)];
        foreach (TField element in elements)
        {
            TField inverse = TField.Invert(element);

            LaneElements.AssertLanes(inverse, lane => BigInteger.ModPow(LaneElements.At(element, lane), Modulus - 2, Modulus), "inverse");
            LaneElements.AssertLanes(inverse * element, lane => LaneElements.At(element, lane).IsZero ? 0 : 1, "times its inverse");
        }
    }

    [Test]
    public void Lanes_of_zero_are_told_from_all_others()
    {
        ulong all = (1UL << TField.Lanes) - 1;
        Assert.That(TField.Zero.ZeroLanes, Is.EqualTo(all));
        Assert.That(TField.One.ZeroLanes, Is.Zero);
        foreach (BigInteger other in Edges.Where(edge => !edge.IsZero))
        {
            for (int zero = 0; zero < TField.Lanes; zero++)
            {
                TField one = LaneElements.Create<TField>(1, (_, lane) => lane == zero ? 0 : other)[0];
                TField rest = LaneElements.Create<TField>(1, (_, lane) => lane == zero ? other : 0)[0];

                Assert.That(one.ZeroLanes, Is.EqualTo(1UL << zero), $"{other} around lane {zero}");
                Assert.That(rest.ZeroLanes, Is.EqualTo(all & ~(1UL << zero)), $"{other} in lane {zero}");
            }
        }
    }

    [Test]
    public void Constants_are_those_of_the_reference_in_every_lane()
    {
        Assert.That((TField.Name, TField.EncodedSize, TField.ModulusBits, TField.TwoAdicity), Is.EqualTo(
            (TScalar.Name, TScalar.EncodedSize, TScalar.ModulusBits, TScalar.TwoAdicity)));
        LaneElements.AssertLanes(TField.Zero, _ => 0, "zero");
        LaneElements.AssertLanes(TField.One, _ => 1, "one");
        foreach (ulong value in (ulong[])[0, 1, uint.MaxValue, 0xFFFF_FFFF_0000_0000, 0xFFFF_FFFF_0000_0001, ulong.MaxValue])
        {
            LaneElements.AssertLanes(TField.FromUInt64(value), _ => value % Modulus, $"from {value}");
        }

        for (int logOrder = 0; logOrder <= TField.TwoAdicity; logOrder++)
        {
            BigInteger root = (BigInteger)TScalar.RootOfUnity(logOrder).ToUInt128();
            LaneElements.AssertLanes(TField.RootOfUnity(logOrder), _ => root, $"root of order 2^{logOrder}");
        }
    }

    [Test]
    public void Inner_products_of_all_lengths_are_sums_of_products()
    {
        int[] lengths = [.. Enumerable.Range(0, LongestVector + 1), 255, 256, 257, 511, 512, 513, 600];
        foreach (int length in lengths)
        {
            TField[] left = LaneElements.Draw<TField>(length, seed: length), right = LaneElements.Draw<TField>(length, seed: ~length);

            LaneElements.AssertLanes(
                TField.InnerProduct(left, right), lane => InnerProduct(left, right, lane), $"inner product of {length} elements");
        }

        Assert.That(() => TField.InnerProduct(new TField[2], new TField[3]), Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void Inner_products_of_the_largest_elements_do_not_overflow()
    {
        foreach (BigInteger value in Edges)
        {
            TField[] left = LaneElements.Create<TField>(517, (_, lane) => lane % 2 == 0 ? Modulus - 1 : value);
            TField[] right = LaneElements.Create<TField>(517, (_, lane) => lane % 3 == 0 ? Modulus - 1 : value);

            LaneElements.AssertLanes(
                TField.InnerProduct(left, right),
                lane => 517 * LaneElements.At(left[0], lane) * LaneElements.At(right[0], lane) % Modulus,
                $"inner product with {value}");
        }
    }

    [Test]
    public void Accumulated_products_of_all_lengths_are_reduced_to_their_sums()
    {
        const int Rounds = 3;
        for (int length = 0; length <= LongestVector; length++)
        {
            TField[] factors = LaneElements.Draw<TField>(Rounds, seed: ~length), values = LaneElements.Draw<TField>(length, seed: length);
            ulong[] accumulators = new ulong[length * TField.AccumulatorLimbs];
            foreach (TField factor in factors)
            {
                TField.MultiplyAccumulate(factor, values, accumulators);
            }

            TField[] sums = new TField[length];
            TField.Reduce(accumulators, sums);

            for (int i = 0; i < length; i++)
            {
                int index = i;
                LaneElements.AssertLanes(
                    sums[i],
                    lane => factors.Aggregate(BigInteger.Zero, (sum, factor) => sum + LaneElements.At(factor, lane)) * LaneElements.At(values[index], lane) % Modulus,
                    $"element {i} of {length}");
            }
        }
    }

    [Test]
    public void Many_of_the_largest_products_are_accumulated_without_overflow()
    {
        const int Rounds = 1000;
        TField factor = LaneElements.Create<TField>(1, (_, lane) => Modulus - 1 - lane)[0];
        TField[] values = LaneElements.Create<TField>(Edges.Length, (i, _) => Edges[^(i + 1)]), sums = new TField[values.Length];
        ulong[] accumulators = new ulong[values.Length * TField.AccumulatorLimbs];
        for (int round = 0; round < Rounds; round++)
        {
            TField.MultiplyAccumulate(factor, values, accumulators);
        }

        TField.Reduce(accumulators, sums);

        for (int i = 0; i < values.Length; i++)
        {
            int index = i;
            LaneElements.AssertLanes(
                sums[i], lane => Rounds * (Modulus - 1 - lane) * Edges[^(index + 1)] % Modulus, $"sum of products with {Edges[^(i + 1)]}");
        }
    }

    private static BigInteger InnerProduct(TField[] left, TField[] right, int lane)
    {
        BigInteger sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += LaneElements.At(left[i], lane) * LaneElements.At(right[i], lane);
        }

        return sum % Modulus;
    }

    private static void AssertArithmetic(Func<int, BigInteger> left, Func<int, BigInteger> right)
    {
        TField a = LaneElements.Create<TField>(1, (_, lane) => left(lane))[0], b = LaneElements.Create<TField>(1, (_, lane) => right(lane))[0];
        TField factorA = TField.ToFactor(a), factorB = TField.ToFactor(b);
        Func<int, string> what = lane => $"{left(lane)} and {right(lane)}";
        for (int lane = 0; lane < TField.Lanes; lane++)
        {
            BigInteger x = left(lane), y = right(lane), product = x * y % Modulus;
            if (LaneElements.At(a + b, lane) != (x + y) % Modulus
                || LaneElements.At(a - b, lane) != (x - y + Modulus) % Modulus
                || LaneElements.At(-a, lane) != (Modulus - x) % Modulus
                || LaneElements.At(a * b, lane) != product
                || LaneElements.At(TField.Scale(a, factorB), lane) != product
                || LaneElements.At(TField.Scale(b, factorA), lane) != product
                || LaneElements.At(TField.ToFactor(TField.Scale(a, b)), lane) != product
                || LaneElements.At(TField.Scale(factorA, factorB), lane) != LaneElements.At(TField.ToFactor(a * b), lane))
            {
                Assert.Fail($"lane {lane}: {what(lane)}: sum {LaneElements.At(a + b, lane)}, difference {LaneElements.At(a - b, lane)}, "
                    + $"opposite {LaneElements.At(-a, lane)}, product {LaneElements.At(a * b, lane)}, scaled {LaneElements.At(TField.Scale(a, factorB), lane)}");
            }
        }
    }
}
