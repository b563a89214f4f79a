using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Fields;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

/// <summary>
/// Candidates at and above the modulus, which for Field128 no seed can be found for: the sponge is put into the state that
/// is permuted into them.
/// </summary>
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>), typeof(Field64Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>), typeof(Field64Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field64)])]
[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>), typeof(Field128Lanes<Avx2Lanes, Vector256<ulong>>), typeof(Field128)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>), typeof(Field128Lanes<Avx512Lanes, Vector512<ulong>>), typeof(Field128)])]
internal sealed class ChosenCandidateTests<TLanes, TVector, TField, TScalar>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
    where TField : unmanaged, ILaneField<TField>
    where TScalar : unmanaged, IScalarField<TScalar>
{
    private const int StateWords = 25;
    private const int RateWords = TurboShake128.Rate / sizeof(ulong);

    private static readonly BigInteger Modulus = LaneElements.Modulus<TField>();

    private static readonly BigInteger[] TooLarge =
        [Modulus, Modulus + 1, (BigInteger.One << (8 * TField.EncodedSize)) - 1, (BigInteger.One << (8 * TField.EncodedSize)) - 2];

    private static int CandidatesInBlock => TurboShake128.Rate / TField.EncodedSize;

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need<TField>();

    [Test]
    public void Permutation_is_undone()
    {
        ulong[] state = RandomState(1), before = InverseKeccak.Permute(state);

        KeccakP1600.Permute(before);

        Assert.That(before, Is.EqualTo(state));
    }

    [Test]
    public void Chosen_candidates_are_what_the_sponge_gives()
    {
        XofTurboShake128 xof = new(StateBefore([0, CandidatesInBlock - 1], seed: 0));
        byte[] block = new byte[TurboShake128.Rate];

        xof.Next(block);

        bool[] below = [.. block[..(CandidatesInBlock * TField.EncodedSize)].Chunk(TField.EncodedSize).Select(candidate => TScalar.TryRead(candidate, out _))];
        Assert.That(below.Count(isBelow => !isBelow), Is.EqualTo(2));
        Assert.That(below[0] || below[^1], Is.False);
    }

    [Test]
    public void Candidates_above_the_modulus_are_skipped_wherever_they_are([Values(1, 2, 10, 11, 21, 22, 64, 65, 129)] int length)
    {
        int last = CandidatesInBlock - 1;
        ulong[][] quiet = [.. Enumerable.Range(0, TLanes.Count).Select(lane => StateBefore([], seed: lane))];
        foreach (int[] rejected in (int[][])[[], [0], [last / 2], [last], [0, 1], [1, last], [.. Enumerable.Range(0, CandidatesInBlock)]])
        {
            for (int lane = 0; lane < TLanes.Count; lane++)
            {
                ulong[][] states = [.. quiet];
                states[lane] = StateBefore(rejected, seed: lane);
                AssertExpanded(states, length);
            }
        }
    }

    [Test]
    public void Every_set_of_lanes_may_reject([Values(1, 5)] int length)
    {
        ulong[][] quiet = [.. Enumerable.Range(0, TLanes.Count).Select(lane => StateBefore([], seed: lane))];
        ulong[][] rejecting = [.. Enumerable.Range(0, TLanes.Count).Select(lane => StateBefore([lane % length], seed: lane))];
        for (int set = 0; set < 1 << TLanes.Count; set++)
        {
            int lanes = set;
            AssertExpanded([.. quiet.Select((state, lane) => ((lanes >> lane) & 1) != 0 ? rejecting[lane] : state)], length);
        }
    }

    private static void AssertExpanded(ulong[][] states, int length)
    {
        TField[] vector = LaneElements.Create<TField>(length, (_, _) => 5);

        // A whole block is squeezed, so that the next one comes of the state that is put into the working memory.
        byte[] memory = new byte[XofGroupLanes<TLanes, TVector, TField>.MemoryLength];
        XofGroupLanes<TLanes, TVector, TField> group = XofGroupLanes<TLanes, TVector, TField>.Create(new WorkingMemory(memory));
        group.Start(VdafDraft.Draft18.XofLayout, [], []);
        group.NextRows(new byte[TLanes.Count * TurboShake128.Rate]);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(memory.AsSpan());
        for (int i = 0; i < StateWords * TLanes.Count; i++)
        {
            words[i] = states[i % TLanes.Count][i / TLanes.Count];
        }

        group.NextVec(vector);

        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            XofTurboShake128 reference = new(states[lane]);
            TScalar[] expected = new TScalar[length];
            reference.NextVec<TScalar>(expected);
            for (int i = 0; i < length; i++)
            {
                if (LaneElements.At(vector[i], lane) != FieldOracle.ToInteger(expected[i]))
                {
                    Assert.Fail($"lane {lane}, element {i} of {length}: expected {expected[i]}, got {LaneElements.At(vector[i], lane)}");
                }
            }
        }
    }

    // The largest elements stand in the place of all candidates that are not to be rejected.
    private static ulong[] StateBefore(int[] rejected, int seed)
    {
        ulong[] block = RandomState(seed);
        Span<byte> bytes = MemoryMarshal.AsBytes(block.AsSpan(0, RateWords));
        for (int candidate = 0; candidate < CandidatesInBlock; candidate++)
        {
            BigInteger value = rejected.Contains(candidate) ? TooLarge[(candidate + seed) % TooLarge.Length] : Modulus - 1;
            Span<byte> place = bytes.Slice(candidate * TField.EncodedSize, TField.EncodedSize);
            value.TryWriteBytes(place, out _, isUnsigned: true);
        }

        return InverseKeccak.Permute(block);
    }

    private static ulong[] RandomState(int seed)
    {
        ulong[] state = new ulong[StateWords];
        new Random(seed).NextBytes(MemoryMarshal.AsBytes(state.AsSpan()));
        return state;
    }
}
