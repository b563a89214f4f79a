using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Fields;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

/// <summary>Messages of every length, put together in every way, are absorbed and squeezed as by the reference.</summary>
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>), typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>), typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>), typeof(Field128Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field128)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>), typeof(Field128Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field128)])]
internal sealed class XofGroupLanesTests<TLanes, TVector, TField, TScalar>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TField : unmanaged, ILaneField<TField>
    where TScalar : unmanaged, IScalarField<TScalar>
{
    private const int LongestBinder = 400;
    private const int RowLength = 32;

    private static readonly byte[] Prefix = [18, 0, 0, 0, 0, 1, 0, 7];

    private delegate void Use(ref XofGroupLanes<TLanes, TVector, TField> group);

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need<TField>();

    [Test]
    public void Binders_of_every_length_are_taken_as_the_same_bytes_and_as_rows()
    {
        for (int length = 0; length <= LongestBinder; length++)
        {
            byte[][] rows = Rows(length, seed: length);
            byte[] same = rows[0];
            WithGroup((ref group) =>
            {
                group.Start(VdafDraft.Draft18.XofLayout, Prefix, []);
                group.Bind(same);
                AssertRows(ref group, _ => Reference([], xof => xof.Bind(same)), $"{length} bytes");

                group.Start(VdafDraft.Draft18.XofLayout, Prefix, []);
                group.BindRows(Adjacent(rows));
                AssertRows(ref group, lane => Reference([], xof => xof.Bind(rows[lane])), $"rows of {length} bytes");
            });
        }
    }

    [Test]
    public void Contexts_of_every_length_come_before_seeds_and_binders()
    {
        for (int length = 0; length <= 40; length++)
        {
            byte[] ctx = [.. Enumerable.Range(1, length).Select(i => (byte)i)];
            byte[][] seeds = Rows(RowLength, seed: length);
            WithGroup((ref group) =>
            {
                group.Start(VdafDraft.Draft18.XofLayout, Prefix, ctx);
                group.BindRows(Adjacent(seeds));
                group.Bind([1, 2]);
                AssertRows(
                    ref group,
                    lane => Reference(ctx, xof =>
                    {
                        xof.Bind(seeds[lane]);
                        return xof.Bind([1, 2]);
                    }),
                    $"a context of {length} bytes");
            });
        }
    }

    [Test]
    public void Vector_is_bound_at_every_byte_of_a_word_and_across_blocks([Values(0, 1, 2, 3, 4, 5, 6, 7)] int offset)
    {
        foreach (int length in (int[])[0, 1, 2, 9, 10, 11, 19, 20, 21, 22, 41, 42, 43, 100])
        {
            TField[] vector = LaneElements.Draw<TField>(length, seed: length), more = LaneElements.Draw<TField>(3, seed: ~length);
            byte[] before = Rows(offset, seed: offset)[0];
            byte[][] after = Rows(5, seed: 1);
            WithGroup((ref group) =>
            {
                group.Start(VdafDraft.Draft18.XofLayout, Prefix, []);
                group.Bind(before);
                group.BindVec(vector);
                group.BindRows(Adjacent(after));
                group.BindVec(more);
                AssertRows(
                    ref group,
                    lane => Reference([], xof =>
                    {
                        xof.Bind(before);
                        xof.Bind(Encoded(vector, lane));
                        xof.Bind(after[lane]);
                        return xof.Bind(Encoded(more, lane));
                    }),
                    $"a vector of {length} behind {offset} bytes");
            });
        }
    }

    [Test]
    public void Vectors_of_every_length_are_expanded_across_blocks()
    {
        byte[][] seeds = Rows(RowLength, seed: 7);
        for (int length = 0; length <= 67; length++)
        {
            TField[] vector = LaneElements.Create<TField>(length, (_, _) => 3);
            WithGroup((ref group) =>
            {
                group.Start(VdafDraft.Draft18.XofLayout, Prefix, [1]);
                group.BindRows(Adjacent(seeds));
                group.NextVec(vector);
            });
            for (int lane = 0; lane < TField.Lanes; lane++)
            {
                Assert.That(Encoded(vector, lane), Is.EqualTo(Encoded(Expand(seeds[lane], [1], length))), $"{length} elements, lane {lane}");
            }
        }
    }

    [Test]
    public void Rows_of_any_number_of_words_are_squeezed_in_any_parts()
    {
        byte[][] seeds = Rows(RowLength, seed: 8);
        int[] lengths = [8, 32, 0, 16, 160, 8, 168, 176, 336, 8];
        WithGroup((ref group) =>
        {
            group.Start(VdafDraft.Draft18.XofLayout, Prefix, []);
            group.BindRows(Adjacent(seeds));
            byte[][] expected = [.. seeds.Select(seed => Reference([], xof => xof.Bind(seed), lengths.Sum()))];
            int position = 0;
            foreach (int length in lengths)
            {
                byte[] rows = new byte[TLanes.Count * length];
                group.NextRows(rows);
                for (int lane = 0; lane < TLanes.Count; lane++)
                {
                    Assert.That(rows[(lane * length)..((lane + 1) * length)], Is.EqualTo(expected[lane][position..(position + length)]));
                }

                position += length;
            }
        });
    }

    [Test]
    public void Lanes_hold_nothing_when_they_are_disposed()
    {
        byte[] memory = new byte[XofGroupLanes<TLanes, TVector, TField>.MemoryLength];
        XofGroupLanes<TLanes, TVector, TField> group = XofGroupLanes<TLanes, TVector, TField>.Create(new WorkingMemory(memory));
        group.Start(VdafDraft.Draft18.XofLayout, Prefix, []);
        group.BindRows(Adjacent(Rows(RowLength, seed: 1)));
        group.NextVec(new TField[10]);
        Assert.That(memory, Has.Some.Not.Zero);

        group.Dispose();

        Assert.That(memory, Is.All.Zero);
    }

    private static void WithGroup(Use use)
    {
        using Scratch scratch = new(XofGroupLanes<TLanes, TVector, TField>.MemoryLength);
        XofGroupLanes<TLanes, TVector, TField> group = XofGroupLanes<TLanes, TVector, TField>.Create(scratch.Memory);
        use(ref group);
        group.Dispose();
    }

    private static void AssertRows(ref XofGroupLanes<TLanes, TVector, TField> group, Func<int, byte[]> expected, string what)
    {
        byte[] rows = new byte[TLanes.Count * RowLength];
        group.NextRows(rows);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            if (!rows.AsSpan(lane * RowLength, RowLength).SequenceEqual(expected(lane)))
            {
                Assert.Fail($"{what}, lane {lane}");
            }
        }
    }

    private static byte[] Reference(byte[] ctx, Func<Message, Message> bind, int length = RowLength)
    {
        XofTurboShake128 xof = new(VdafDraft.Draft18.XofLayout, Prefix, ctx);
        xof.Bind(bind(new Message()).Bytes.ToArray());
        byte[] output = new byte[length];
        xof.Next(output);
        return output;
    }

    private static TScalar[] Expand(byte[] seed, byte[] ctx, int length)
    {
        XofTurboShake128 xof = new(VdafDraft.Draft18.XofLayout, seed, Prefix, ctx);
        TScalar[] vector = new TScalar[length];
        xof.NextVec<TScalar>(vector);
        return vector;
    }

    private static byte[][] Rows(int length, int seed)
    {
        Random random = new(seed);
        byte[][] rows = [.. Enumerable.Range(0, TLanes.Count).Select(_ => new byte[length])];
        Array.ForEach(rows, random.NextBytes);
        return rows;
    }

    private static byte[] Adjacent(byte[][] rows) => [.. rows.SelectMany(row => row)];

    private static byte[] Encoded(TField[] vector, int lane) =>
        Encoded([.. vector.Select(element => FieldOracle.ToField<TScalar>(LaneElements.At(element, lane)))]);

    private static byte[] Encoded(TScalar[] vector)
    {
        byte[] encoded = new byte[vector.Length * TScalar.EncodedSize];
        FieldVector.Encode<TScalar>(vector, encoded);
        return encoded;
    }

    // What a lane's XOF is to have taken.
    private sealed class Message
    {
        public List<byte> Bytes { get; } = [];

        public Message Bind(byte[] bytes)
        {
            Bytes.AddRange(bytes);
            return this;
        }
    }
}
