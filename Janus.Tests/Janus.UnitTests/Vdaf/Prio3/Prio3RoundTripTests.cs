using System.Security.Cryptography;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.Prio3Tests;

[TestFixture]
internal sealed class Prio3RoundTripTests
{
    private static readonly byte[] Ctx = "a context"u8.ToArray();

    private static IEnumerable<Variant> TwoShares => Variant.All(2);

    private static IEnumerable<Variant> MoreShares => Variant.All(3).Concat(
        [Variant.All(5).First(), Variant.All(4).First(variant => variant.Vdaf.Name == "Prio3Histogram(11,3)")]);

    [TestCaseSource(nameof(TwoShares))]
    [TestCaseSource(nameof(MoreShares))]
    public void Aggregate_result_is_the_sum_of_the_measurements(Variant variant)
    {
        const int Reports = 4;
        Prio3 vdaf = variant.Vdaf;
        Random random = new(7);
        byte[] verifyKey = RandomNumberGenerator.GetBytes(vdaf.VerifyKeySize);
        byte[][] aggShares = [.. Enumerable.Range(0, vdaf.Shares).Select(_ => new byte[vdaf.AggShareLength([])])];
        UInt128[] expected = new UInt128[vdaf.OutputLength];
        for (int report = 0; report < Reports; report++)
        {
            ulong[] values = variant.Draw(random);
            ulong[] output = variant.ToOutput(values);
            expected = [.. expected.Zip(output, (sum, value) => sum + value)];
            byte[] nonce = RandomNumberGenerator.GetBytes(vdaf.NonceSize);
            ShardedReport shares = vdaf.Shard(Variant.ContextOf(vdaf), variant.ToMeasurement(values), nonce);
            byte[][] outShares = VerifyReport(vdaf, verifyKey, nonce, shares);
            for (int j = 0; j < vdaf.Shares; j++)
            {
                vdaf.AggUpdate([], aggShares[j], outShares[j]);
            }
        }

        UInt128[] result = vdaf.Unshard([], [.. aggShares.Select(share => new ReadOnlyMemory<byte>(share))], Reports);

        Assert.That(result, Is.EqualTo(expected));
    }

    [Test]
    public void Largest_number_of_shares_works()
    {
        Prio3 vdaf = Prio3.Histogram(4, 2, shares: 255);
        byte[] nonce = new byte[16];

        byte[][] outShares = VerifyReport(vdaf, new byte[32], nonce, vdaf.Shard(Ctx, Measurement.FromNumber(2), nonce));

        Assert.That(vdaf.Unshard([], [.. outShares.Select(share => new ReadOnlyMemory<byte>(share))], 1), Is.EqualTo(new UInt128[] { 0, 0, 1, 0 }));
    }

    [Test]
    public void Sharding_twice_gives_different_shares()
    {
        Prio3 vdaf = Prio3.Sum(255);

        ShardedReport first = vdaf.Shard(Ctx, Measurement.FromNumber(1), new byte[16]);
        ShardedReport second = vdaf.Shard(Ctx, Measurement.FromNumber(1), new byte[16]);

        Assert.That(first.InputShares[0], Is.Not.EqualTo(second.InputShares[0]));
        Assert.That(first.InputShares[1], Is.Not.EqualTo(second.InputShares[1]));
    }

    [Test]
    public void Largest_maximum_works_and_the_sum_wraps_around_at_the_modulus()
    {
        Prio3 vdaf = Prio3.Sum(long.MaxValue);
        byte[] nonce = new byte[16], verifyKey = new byte[32];
        byte[] leader = new byte[vdaf.AggShareLength([])], helper = new byte[vdaf.AggShareLength([])];
        for (int i = 0; i < 3; i++)
        {
            byte[][] outShares = VerifyReport(vdaf, verifyKey, nonce, vdaf.Shard(Ctx, Measurement.FromNumber(long.MaxValue), nonce));
            vdaf.AggUpdate([], leader, outShares[0]);
            vdaf.AggUpdate([], helper, outShares[1]);
        }

        UInt128 modulus = (UInt128)ulong.MaxValue - uint.MaxValue + 1;
        Assert.That(vdaf.Unshard([], [leader, helper], 3), Is.EqualTo(new[] { 3 * (UInt128)long.MaxValue % modulus }));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Report_verified_under_another_key_context_or_nonce_by_one_aggregator_is_rejected(int what)
    {
        Prio3 vdaf = Prio3.Histogram(10, 3);
        byte[] nonce = new byte[16], otherNonce = [.. new byte[15], 1];
        byte[] key = new byte[32], otherKey = [.. new byte[31], 1];
        ShardedReport shares = vdaf.Shard(Ctx, Measurement.FromNumber(3), nonce);
        (VerifyOutcome _, byte[] _, byte[] leader) = VerifyInit(vdaf, key, Ctx, 0, nonce, shares);
        (VerifyOutcome _, byte[] _, byte[] helper) = VerifyInit(
            vdaf, what == 0 ? otherKey : key, what == 1 ? [1] : Ctx, 1, what == 2 ? otherNonce : nonce, shares);

        VerifyOutcome[] outcomes = [VerifyOutcome.Continued];
        vdaf.VerifierSharesToMessage(Ctx, [], 0, [.. leader, .. helper], outcomes, new byte[vdaf.VerifierMessageLength([], 0)]);

        Assert.That(outcomes, Is.EqualTo(new[] { VerifyOutcome.ProofRejected }));
    }

    private static byte[][] VerifyReport(Prio3 vdaf, byte[] verifyKey, byte[] nonce, ShardedReport shares)
    {
        byte[] ctx = Variant.ContextOf(vdaf);
        List<byte[]> states = [];
        List<byte> verifierShares = [];
        for (int j = 0; j < vdaf.Shares; j++)
        {
            (VerifyOutcome outcome, byte[] state, byte[] share) = VerifyInit(vdaf, verifyKey, ctx, j, nonce, shares);
            Assert.That(outcome, Is.EqualTo(VerifyOutcome.Continued));
            states.Add(state);
            verifierShares.AddRange(share);
        }

        byte[] message = new byte[vdaf.VerifierMessageLength([], 0)];
        VerifyOutcome[] combined = [VerifyOutcome.Continued];
        vdaf.VerifierSharesToMessage(ctx, [], 0, [.. verifierShares], combined, message);
        Assert.That(combined, Is.EqualTo(new[] { VerifyOutcome.Continued }));
        return [.. states.Select(state =>
        {
            byte[] outShare = new byte[vdaf.OutShareLength([])];
            VerifyOutcome[] outcomes = [VerifyOutcome.Continued];
            vdaf.VerifyNext(ctx, [], 0, state, message, outcomes, [], [], outShare);
            Assert.That(outcomes, Is.EqualTo(new[] { VerifyOutcome.Finished }));
            return outShare;
        })];
    }

    private static (VerifyOutcome Outcome, byte[] State, byte[] Share) VerifyInit(
        Prio3 vdaf, byte[] verifyKey, byte[] ctx, int aggregator, byte[] nonce, ShardedReport shares)
    {
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        byte[] state = new byte[vdaf.VerifyStateLength([], 0)], share = new byte[vdaf.VerifierShareLength([], 0)];
        vdaf.VerifyInit(
            verifyKey, ctx, aggregator, [], [new VerifyInput(nonce, shares.PublicShare, shares.InputShares[aggregator])], outcomes, state, share);
        return (outcomes[0], state, share);
    }
}
