using System.Numerics;
using System.Runtime.Intrinsics;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;

namespace Janus.UnitTests.Vdaf.Lanes;

/// <summary>Rows of bytes become lanes, and lanes rows.</summary>
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>)])]
[TestFixture(TypeArgs = [typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx2Lanes, Vector256<ulong>>)])]
[TestFixture(TypeArgs = [typeof(Field128Lanes<Avx512Lanes, Vector512<ulong>>)])]
internal sealed class LaneEncodingTests<TField>
    where TField : unmanaged, ILaneField<TField>
{
    private const int LongestVector = 67;
    private const byte Untouched = 0xA5;

    private static readonly BigInteger Modulus = LaneElements.Modulus<TField>();
    private static readonly BigInteger[] Edges = LaneElements.Edges<TField>();

    // Not below the modulus: the modulus itself, its neighbour, a larger upper word, all ones.
    private static readonly BigInteger[] TooLarge =
    [
        Modulus, Modulus + 1, Modulus + (BigInteger.One << (4 * TField.EncodedSize - 1)), (BigInteger.One << (8 * TField.EncodedSize)) - 2,
        (BigInteger.One << (8 * TField.EncodedSize)) - 1,
    ];

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need<TField>();

    [Test]
    public void Rows_of_any_number_length_and_distance_are_decoded_and_encoded([Values(0, 8, 13)] int gap)
    {
        Random random = new(gap);
        for (int length = 0; length <= LongestVector; length++)
        {
            for (int count = 0; count <= TField.Lanes; count++)
            {
                BigInteger[][] integers = [.. Enumerable.Range(0, count).Select(_ => DrawRow(random, length))];
                int rowLength = length * TField.EncodedSize, stride = rowLength + gap;
                byte[] rows = Rows(integers, stride, rowLength), encoded = new byte[rows.Length];
                Array.Fill(encoded, Untouched);
                TField[] vector = LaneElements.Create<TField>(length, (_, _) => 7);

                Assert.That(TField.DecodeRows(rows, stride, count, vector), Is.Zero);
                TField.EncodeRows(vector, encoded, stride, count);

                Assert.That(encoded.AsSpan().SequenceEqual(rows), Is.True, $"{count} rows of {length}");
                for (int i = 0; i < length; i++)
                {
                    int index = i;
                    LaneElements.AssertLanes(vector[i], lane => lane < count ? integers[lane][index] : 0, $"{count} rows of {length}, element {i}");
                }
            }
        }
    }

    [Test]
    public void One_element_above_the_modulus_shows_in_its_lane_alone([Values(1, 2, 3, 4, 7, 8, 9, 16, 17)] int length)
    {
        for (int badLane = 0; badLane < TField.Lanes; badLane++)
        {
            for (int badIndex = 0; badIndex < length; badIndex++)
            {
                foreach (BigInteger tooLarge in TooLarge)
                {
                    BigInteger Value(int i, int lane) => (i, lane) == (badIndex, badLane) ? tooLarge : Edges[^(1 + ((i + lane) % Edges.Length))];
                    TField[] vector = LaneElements.Create<TField>(length, Value), decoded = new TField[length];
                    int rowLength = length * TField.EncodedSize;
                    byte[] rows = Rows([.. Enumerable.Range(0, TField.Lanes).Select(lane => Enumerable.Range(0, length).Select(i => Value(i, lane)).ToArray())], rowLength, rowLength);

                    if (TField.LanesAboveModulus(vector) != 1UL << badLane
                        || TField.DecodeRows(rows, rowLength, TField.Lanes, decoded) != 1UL << badLane
                        || TField.DecodeRows(rows, rowLength, badLane, decoded) != 0)
                    {
                        Assert.Fail($"{tooLarge} at {badIndex} of lane {badLane}");
                    }
                }
            }
        }
    }

    [Test]
    public void Several_lanes_above_the_modulus_all_show()
    {
        for (ulong bad = 0; bad < 1UL << TField.Lanes; bad++)
        {
            ulong lanes = bad;
            TField[] vector = LaneElements.Create<TField>(
                9, (i, lane) => i == lane % 9 && ((lanes >> lane) & 1) != 0 ? TooLarge[lane % TooLarge.Length] : Modulus - 1);

            Assert.That(TField.LanesAboveModulus(vector), Is.EqualTo(bad));
        }
    }

    [Test]
    public void Elements_of_one_vector_are_spread_over_the_lanes_added_up_and_encoded_again()
    {
        Random random = new(4);
        for (int length = 0; length <= LongestVector; length++)
        {
            BigInteger[] left = DrawRow(random, length), right = DrawRow(random, length);
            int vectors = (length + TField.Lanes - 1) / TField.Lanes;
            TField[] sum = LaneElements.Create<TField>(vectors, (_, _) => 7), other = LaneElements.Create<TField>(vectors, (_, _) => 7);
            byte[] copy = new byte[length * TField.EncodedSize], encoded = new byte[copy.Length];

            Assert.That(TField.DecodeElements(Row(left), sum), Is.True);
            Assert.That(TField.DecodeElements(Row(right), other), Is.True);
            TField.EncodeElements(sum, copy);
            FieldVector.Add<TField>(sum, other);
            TField.EncodeElements(sum, encoded);

            Assert.That(copy, Is.EqualTo(Row(left)), $"{length} elements");
            Assert.That(encoded, Is.EqualTo(Row([.. left.Zip(right, (x, y) => (x + y) % Modulus)])), $"{length} sums");
            BigInteger[] inLanes = [.. sum.SelectMany(element => Enumerable.Range(0, TField.Lanes).Select(lane => LaneElements.At(element, lane)))];
            Assert.That(inLanes.Count(value => value.IsZero), Is.GreaterThanOrEqualTo(inLanes.Length - length), "lanes left over");
        }
    }

    [Test]
    public void Element_above_the_modulus_is_seen_wherever_it_is_in_a_vector([Values(1, 5, 8, 16, 19)] int length)
    {
        TField[] vector = new TField[(length + TField.Lanes - 1) / TField.Lanes];
        for (int bad = 0; bad < length; bad++)
        {
            foreach (BigInteger tooLarge in TooLarge)
            {
                byte[] encoded = Row([.. Enumerable.Range(0, length).Select(i => i == bad ? tooLarge : Modulus - 1)]);

                Assert.That(TField.DecodeElements(encoded, vector), Is.False, $"{tooLarge} at {bad}");
            }
        }
    }

    private static BigInteger[] DrawRow(Random random, int length) =>
        [.. Enumerable.Range(0, length).Select(_ => LaneElements.Draw<TField>(random, Edges))];

    private static byte[] Row(BigInteger[] integers)
    {
        byte[] row = new byte[integers.Length * TField.EncodedSize];
        for (int i = 0; i < integers.Length; i++)
        {
            integers[i].TryWriteBytes(row.AsSpan(i * TField.EncodedSize), out _, isUnsigned: true);
        }

        return row;
    }

    // The last row is not followed by a gap.
    private static byte[] Rows(BigInteger[][] integers, int stride, int rowLength)
    {
        byte[] rows = new byte[integers.Length == 0 ? 0 : ((integers.Length - 1) * stride) + rowLength];
        Array.Fill(rows, Untouched);
        for (int lane = 0; lane < integers.Length; lane++)
        {
            Row(integers[lane]).CopyTo(rows, lane * stride);
        }

        return rows;
    }
}
