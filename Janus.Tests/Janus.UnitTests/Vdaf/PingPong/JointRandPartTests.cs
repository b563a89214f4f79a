using Janus.UnitTests.Vdaf.Prio3Tests;
using Janus.Vdaf;
using Janus.Vdaf.Fields;
using Janus.Vdaf.Xof;

namespace Janus.UnitTests.Vdaf.PingPong;

/// <summary>What a client can do with the joint randomness parts in the public share, in which it may lie.</summary>
[TestFixture(18)]
[TestFixture(8)]
internal sealed class JointRandPartTests
{
    private readonly VdafDraft _draft;

    // Two elements of one bit each, so that a report has one short proof.
    private readonly Prio3 _ones;
    private readonly byte[] _ctx;
    private readonly int _seed;

    public JointRandPartTests(int draft)
    {
        _draft = draft == 8 ? VdafDraft.Draft08 : VdafDraft.Draft18;
        _ones = Prio3.SumVec(2, 1, 1, draft: _draft);
        _ctx = Variant.ContextOf(_ones);
        _seed = _draft.SeedSize;
    }

    [Test]
    public void Report_that_lies_about_the_helpers_part_would_split_the_aggregators_without_the_check()
    {
        (VerifyInput leader, VerifyInput helper) = ReportWhoseProofHoldsForAnyJointRand(lie: 1);
        (byte[] leaderState, byte[] leaderShare) = VerifyInit(0, leader);
        (byte[] helperState, byte[] helperShare) = VerifyInit(1, helper);
        VerifyOutcome[] combined = [VerifyOutcome.Continued];
        byte[] message = new byte[_ones.VerifierMessageLength([], 0)];

        _ones.VerifierSharesToMessage(_ctx, [], 0, [.. leaderShare, .. helperShare], combined, message);

        Assert.That(combined, Is.EqualTo(new[] { VerifyOutcome.Continued }), "the proof holds");
        Assert.That(VerifyNext(helperState, message), Is.EqualTo(VerifyOutcome.Finished), "the Helper accepts");
        Assert.That(VerifyNext(leaderState, message), Is.EqualTo(VerifyOutcome.JointRandRejected), "the Leader rejects");
    }

    [TestCase(1, VerifyOutcome.JointRandRejected)]
    [TestCase(0, VerifyOutcome.JointRandRejected)]
    [TestCase(null, VerifyOutcome.Finished)]
    public void Helper_rejects_a_report_that_lies_about_a_part_before_anybody_is_finished(int? lie, VerifyOutcome outcome)
    {
        Exchange exchange = new(_ones, []);
        (VerifyInput leader, VerifyInput helper) = ReportWhoseProofHoldsForAnyJointRand(lie);
        exchange.Leader.Add(leader);
        exchange.Helper.Add(helper);

        exchange.Run();

        Assert.That(exchange.Outcomes[1], Is.EqualTo(new[] { outcome }));
        Assert.That(exchange.RejectedIn(0), Is.EqualTo(outcome == VerifyOutcome.Finished ? (int?)null : 1));
        if (outcome != VerifyOutcome.Finished)
        {
            PingPongTopologyTests.AssertRejectedFrom(1, exchange, 0);
        }
    }

    [Test]
    public void Helper_rejects_whatever_the_leader_would_reject_after_it()
    {
        Prio3 vdaf = Prio3.Histogram(4, 2, draft: _draft);
        Exchange honest = new(vdaf, [], Measurement.FromNumber(2));
        for (int i = 0; i < vdaf.PublicShareLength; i++)
        {
            byte[] publicShare = honest.Leader[0].PublicShare.ToArray();
            publicShare[i] ^= 1;
            Exchange lying = honest.Part(0);
            lying.Leader[0] = lying.Leader[0] with { PublicShare = publicShare };
            lying.Helper[0] = lying.Helper[0] with { PublicShare = publicShare };
            lying.Run();

            Assert.That(lying.RejectedIn(0), Is.EqualTo(1), $"byte {i} of the public share");
        }

        for (int aggregator = 0; aggregator < 2; aggregator++)
        {
            for (int i = 0; i < vdaf.InputShareLength(aggregator); i++)
            {
                Exchange lying = honest.Part(0);
                List<VerifyInput> inputs = aggregator == 0 ? lying.Leader : lying.Helper;
                byte[] inputShare = inputs[0].InputShare.ToArray();
                inputShare[i] ^= 1;
                inputs[0] = inputs[0] with { InputShare = inputShare };
                lying.Run();

                Assert.That(lying.RejectedIn(0), Is.EqualTo(1), $"byte {i} of the input share of aggregator {aggregator}");
            }
        }
    }

    [Test]
    public void Only_the_reports_that_lie_are_rejected()
    {
        foreach (Variant variant in Variant.All(2).Where(variant => variant.Vdaf.Draft == _draft && variant.Vdaf.PublicShareLength > 0))
        {
            Random random = new(1);
            Exchange exchange = new(
                variant.Vdaf, [], Enumerable.Range(0, 5).Select(_ => variant.ToMeasurement(variant.Draw(random))));
            byte[] lying = exchange.Helper[3].PublicShare.ToArray();
            lying[^1] ^= 0x80;
            exchange.Helper[3] = exchange.Helper[3] with { PublicShare = lying };

            exchange.Run();

            IEnumerable<int> rejected = exchange.Outcomes[1].Index()
                .Where(one => one.Item == VerifyOutcome.JointRandRejected)
                .Select(one => one.Index);
            Assert.That(rejected, Is.EqualTo(new[] { 3 }), variant.ToString());
            Assert.That(
                Enumerable.Range(0, 5).Where(i => exchange.RejectedIn(i) is null), Is.EqualTo(new[] { 0, 1, 2, 4 }), variant.ToString());
        }
    }

    // With all bits one, every call of the gadget multiplies by zero, whatever the joint randomness is. So a proof of
    // nothing but zeros holds even when the aggregators use different joint randomness.
    private (VerifyInput Leader, VerifyInput Helper) ReportWhoseProofHoldsForAnyJointRand(int? lie)
    {
        byte[] nonce = new byte[_ones.NonceSize];
        ShardedReport report = _ones.Shard(_ctx, Measurement.FromVector(1, 1), nonce);
        byte[] leaderShare = report.InputShares[0], helperShare = report.InputShares[1], publicShare = report.PublicShare;
        int measLength = 2 * Field128.EncodedSize, proofLength = leaderShare.Length - measLength - _seed;
        Field128[] helperProof = new Field128[proofLength / Field128.EncodedSize], leaderProof = new Field128[helperProof.Length];
        const byte ProofShare = 2;
        int proofSeed = (_draft.HelperSeeds - 1) * _seed;
        using XofTurboShake128 xof = new(
            _draft.XofLayout,
            helperShare.AsSpan(proofSeed, _seed),
            [_draft.Version, 0, 0, 0, 0, (byte)_ones.AlgorithmId, 0, ProofShare],
            _ctx);
        xof.Bind((ReadOnlySpan<byte>)[1, 1]);
        xof.NextVec<Field128>(helperProof);
        FieldVector.Subtract<Field128>(leaderProof, helperProof);
        FieldVector.Encode<Field128>(leaderProof, leaderShare.AsSpan(measLength, proofLength));
        if (lie is { } aggregatorId)
        {
            publicShare[aggregatorId * _seed] ^= 1;
        }

        return (new VerifyInput(nonce, publicShare, leaderShare), new VerifyInput(nonce, publicShare, helperShare));
    }

    private (byte[] State, byte[] Share) VerifyInit(int aggregatorId, VerifyInput input)
    {
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        byte[] state = new byte[_ones.VerifyStateLength([], 0)], share = new byte[_ones.VerifierShareLength([], 0)];
        _ones.VerifyInit(new byte[_seed], _ctx, aggregatorId, [], [input], outcomes, state, share);
        Assert.That(outcomes, Is.EqualTo(new[] { VerifyOutcome.Continued }));
        return (state, share);
    }

    private VerifyOutcome VerifyNext(byte[] state, byte[] message)
    {
        VerifyOutcome[] outcomes = [VerifyOutcome.Continued];
        _ones.VerifyNext(_ctx, [], 0, state, message, outcomes, [], [], new byte[_ones.OutShareLength([])]);
        return outcomes[0];
    }
}
