using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Janus.UnitTests.Vdaf.Lanes;
using Janus.Vdaf.Lanes;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.Xof;

[TestFixture(TypeArgs = [typeof(Avx2Lanes), typeof(Vector256<ulong>)])]
[TestFixture(TypeArgs = [typeof(Avx512Lanes), typeof(Vector512<ulong>)])]
internal sealed class KeccakP1600LanesTests<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : unmanaged
{
    private const int StateWords = 25;

    [SetUp]
    public void Need_the_instruction_set() => LaneElements.Need(TLanes.Count);

    [Test]
    public void Every_lane_is_permuted_as_by_the_reference()
    {
        Random random = new(1);
        for (int round = 0; round < 200; round++)
        {
            ulong[][] states = [.. Enumerable.Range(0, TLanes.Count).Select(lane => DrawState(random, round + lane))];
            TVector[] vectors = new TVector[StateWords];
            Span<ulong> words = MemoryMarshal.Cast<TVector, ulong>(vectors.AsSpan());
            for (int i = 0; i < words.Length; i++)
            {
                words[i] = states[i % TLanes.Count][i / TLanes.Count];
            }

            KeccakP1600Lanes<TLanes, TVector>.Permute(vectors);

            foreach (ulong[] state in states)
            {
                KeccakP1600.Permute(state);
            }

            ulong[] expected = [.. Enumerable.Range(0, words.Length).Select(i => states[i % TLanes.Count][i / TLanes.Count])];
            Assert.That(words.SequenceEqual(expected), Is.True, $"round {round}");
        }
    }

    [Test]
    public void State_that_is_too_short_is_refused() =>
        Assert.That(
            () => KeccakP1600Lanes<TLanes, TVector>.Permute(new TVector[StateWords - 1]), Throws.InstanceOf<IndexOutOfRangeException>());

    // Zeros, ones, a single bit, or random words.
    private static ulong[] DrawState(Random random, int kind)
    {
        ulong[] state = new ulong[StateWords];
        switch (kind % 4)
        {
            case 0:
                break;
            case 1:
                Array.Fill(state, ulong.MaxValue);
                break;
            case 2:
                state[random.Next(StateWords)] = 1UL << random.Next(64);
                break;
            default:
                random.NextBytes(MemoryMarshal.AsBytes(state.AsSpan()));
                break;
        }

        return state;
    }
}
