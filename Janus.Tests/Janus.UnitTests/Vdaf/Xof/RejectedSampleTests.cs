using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

/// <summary>Candidates that are not below the modulus are skipped in their own lane, and nothing changes in the others.</summary>
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>), typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>), typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>)])]
internal sealed class RejectedSampleTests<TLanes, TVector, TField64>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TField64 : unmanaged, ILaneField<TField64>
{
    private const int RateWords = 21;

    // The domain separation tag of the Helper's measurement share in Prio3Sum, without a context.
    private static readonly byte[] MeasShareDst = [18, 0, 0, 0, 0, 2, 0, 1];

    // Found by a search through 1.5·10^9 seeds, of which eight reject a candidate in the first block: for the Helper's
    // measurement share in Prio3Sum, with five zeros, this number little-endian, and zeros as the seed, the candidate of this
    // index is not below the modulus.
    private static readonly (ulong Number, int Index)[] Rejecting =
    [
        (539443691, 2), (471602776, 7), (71473852, 9), (283389350, 10), (1239551495, 12), (266493326, 18),
    ];

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need(TLanes.Count);

    [Test]
    public void Seeds_reject_the_candidate_they_were_found_for()
    {
        foreach ((ulong number, int index) in Rejecting)
        {
            XofTurboShake128 xof = new(VdafDraft.Draft18.XofLayout, Seed(number), MeasShareDst, []);
            xof.Bind([1]);
            byte[] stream = new byte[RateWords * sizeof(ulong)];
            xof.Next(stream);
            bool[] below = [.. stream.Chunk(sizeof(ulong)).Select(candidate => Field64.TryRead(candidate, out _))];

            Assert.That(below.Count(isBelow => !isBelow), Is.EqualTo(1));
            Assert.That(below[index], Is.False);
        }
    }

    [Test]
    public void Rejected_candidate_is_skipped_in_its_lane_alone([Values(1, 3, 13, 20, 21, 22, 64, 65, 129)] int length)
    {
        foreach ((ulong number, _) in Rejecting)
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                ulong[] numbers = [.. Enumerable.Range(0, TLanes.Count).Select(i => (ulong)i)];
                numbers[lane] = number;
                AssertExpanded(numbers, length);
            }
        }
    }

    [Test]
    public void Several_lanes_may_reject_candidates([Values(3, 13, 21, 40)] int length)
    {
        for (int first = 0; first < TLanes.Count; first++)
        {
            for (int second = first + 1; second < TLanes.Count; second++)
            {
                ulong[] numbers = [.. Enumerable.Range(0, TLanes.Count).Select(i => (ulong)i)];
                (numbers[first], numbers[second]) = (Rejecting[first % Rejecting.Length].Number, Rejecting[second % Rejecting.Length].Number);
                AssertExpanded(numbers, length);
            }
        }

        AssertExpanded([.. Enumerable.Range(0, TLanes.Count).Select(i => Rejecting[i % Rejecting.Length].Number)], length);
    }

    [Test]
    public void Reports_with_rejected_candidates_are_verified_as_by_the_reference()
    {
        const int Size = 9;
        Prio3 vdaf = Prio3.Sum(uint.MaxValue);
        byte[][] seeds = [.. Enumerable.Range(0, Size).Select(i => Seed(i is 1 or 2 or 7 ? Rejecting[i % Rejecting.Length].Number : (ulong)i))];
        byte[] expected = Verify(vdaf.With(InstructionSet.Scalar), seeds);

        byte[] actual = Verify(vdaf.With(TLanes.Count == 8 ? InstructionSet.Avx512 : InstructionSet.Avx2), seeds);

        Assert.That(actual, Is.EqualTo(expected));
    }

    private static void AssertExpanded(ulong[] numbers, int length)
    {
        byte[][] seeds = [.. numbers.Select(Seed)];
        TField64[] vector = new TField64[length];
        using Scratch scratch = new(XofGroupLanes<TLanes, TVector, TField64>.MemoryLength);
        XofGroupLanes<TLanes, TVector, TField64> group = XofGroupLanes<TLanes, TVector, TField64>.Create(scratch.Memory);
        group.Start(VdafDraft.Draft18.XofLayout, MeasShareDst, []);
        group.BindRows([.. seeds.SelectMany(seed => seed)]);
        group.Bind([1]);
        group.NextVec(vector);
        group.Dispose();

        for (int lane = 0; lane < seeds.Length; lane++)
        {
            XofTurboShake128 reference = new(VdafDraft.Draft18.XofLayout, seeds[lane], MeasShareDst, []);
            reference.Bind([1]);
            Field64[] expected = new Field64[length];
            reference.NextVec<Field64>(expected);
            for (int i = 0; i < length; i++)
            {
                Assert.That(LaneElements.At(vector[i], lane), Is.EqualTo((BigInteger)expected[i].ToUInt128()), $"seed {numbers[lane]}, lane {lane}, element {i}");
            }
        }
    }

    private static byte[] Seed(ulong number)
    {
        byte[] seed = new byte[VdafDraft.Draft18.SeedSize];
        BinaryPrimitives.WriteUInt64LittleEndian(seed.AsSpan(5), number);
        return seed;
    }

    // The Helper's states and verifier shares.
    private static byte[] Verify(Prio3 vdaf, byte[][] seeds)
    {
        VerifyInput[] reports = [.. seeds.Select(seed => new VerifyInput(new byte[vdaf.NonceSize], ReadOnlyMemory<byte>.Empty, seed))];
        VerifyOutcome[] outcomes = new VerifyOutcome[seeds.Length];
        byte[] states = new byte[seeds.Length * vdaf.VerifyStateLength([], 0)], shares = new byte[seeds.Length * vdaf.VerifierShareLength([], 0)];
        vdaf.VerifyInit(new byte[vdaf.VerifyKeySize], [], 1, [], reports, outcomes, states, shares);
        Assert.That(outcomes, Is.All.EqualTo(VerifyOutcome.Continued));
        return [.. states, .. shares];
    }
}
