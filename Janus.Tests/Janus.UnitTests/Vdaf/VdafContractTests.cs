using Janus.UnitTests.Vdaf.PingPong;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf;

/// <summary>What <see cref="IVdaf"/> promises, for every VDAF there is.</summary>
[TestFixtureSource(typeof(ExchangeCase), nameof(ExchangeCase.Some))]
internal sealed class VdafContractTests(ExchangeCase one)
{
    private const int Reports = 4;

    private readonly IVdaf _vdaf = one.Vdaf;
    private readonly byte[] _aggParam = one.AggParam;
    private readonly byte[] _key = new byte[one.Vdaf.VerifyKeySize];

    [Test]
    public void Steps_skip_reports_that_are_not_continued_and_leave_zeros()
    {
        VerifyOutcome[] skipped = [VerifyOutcome.None, VerifyOutcome.MalformedInputShare, VerifyOutcome.Continued, VerifyOutcome.Finished];
        byte[][] states = new byte[2][], shares = new byte[2][];
        for (int aggregator = 0; aggregator < 2; aggregator++)
        {
            (VerifyOutcome[] outcomes, states[aggregator], shares[aggregator]) = VerifyInit(aggregator, Inputs(aggregator));
            Assert.That(outcomes, Has.All.EqualTo(VerifyOutcome.Continued));
        }

        for (int round = 0; round < _vdaf.Rounds; round++)
        {
            int messageLength = _vdaf.VerifierMessageLength(_aggParam, round);
            VerifyOutcome[] outcomes = [.. skipped];
            byte[] messages = Dirty(Reports * messageLength);
            _vdaf.VerifierSharesToMessage([], _aggParam, round, Pairs(shares, round), outcomes, messages);
            Assert.That(outcomes, Is.EqualTo(skipped));
            AssertOnlyThird(messages, messageLength);

            bool last = round == _vdaf.Rounds - 1;
            for (int aggregator = 0; aggregator < 2; aggregator++)
            {
                byte[] nextStates = Dirty(last ? 0 : Reports * _vdaf.VerifyStateLength(_aggParam, round + 1));
                byte[] nextShares = Dirty(last ? 0 : Reports * _vdaf.VerifierShareLength(_aggParam, round + 1));
                byte[] outShares = Dirty(last ? Reports * _vdaf.OutShareLength(_aggParam) : 0);
                outcomes = [.. skipped];
                _vdaf.VerifyNext([], _aggParam, round, states[aggregator], messages, outcomes, nextStates, nextShares, outShares);
                Assert.That(outcomes[2], Is.EqualTo(last ? VerifyOutcome.Finished : VerifyOutcome.Continued));
                Assert.That(outcomes.Where((_, i) => i != 2), Is.EqualTo(skipped.Where((_, i) => i != 2)));
                AssertOnlyThird(nextStates, nextStates.Length / Reports);
                AssertOnlyThird(nextShares, nextShares.Length / Reports);
                AssertOnlyThird(outShares, outShares.Length / Reports);
                (states[aggregator], shares[aggregator]) = (nextStates, nextShares);
            }
        }
    }

    [Test]
    public void Verification_of_no_report_does_nothing()
    {
        Assert.That(() => _vdaf.VerifyInit(_key, [], 0, _aggParam, [], [], [], []), Throws.Nothing);
        Assert.That(() => _vdaf.CheckPublicShares(0, _aggParam, [], [], []), Throws.Nothing);
        Assert.That(() => _vdaf.VerifierSharesToMessage([], _aggParam, 0, [], [], []), Throws.Nothing);
        Assert.That(() => _vdaf.VerifyNext([], _aggParam, 0, [], [], [], [], [], []), Throws.Nothing);
    }

    [Test]
    public void Honest_public_shares_pass_the_check()
    {
        for (int aggregator = 0; aggregator < 2; aggregator++)
        {
            VerifyInput[] inputs = Inputs(aggregator);
            (VerifyOutcome[] outcomes, byte[] _, byte[] shares) = VerifyInit(aggregator, inputs);

            _vdaf.CheckPublicShares(aggregator, _aggParam, inputs, shares, outcomes);

            Assert.That(outcomes, Has.All.EqualTo(VerifyOutcome.Continued));
        }
    }

    [Test]
    public void Aggregation_parameter_that_is_not_valid_and_round_that_there_is_not_throw()
    {
        byte[] bad = [.. _aggParam, 1];
        Assert.Multiple(() =>
        {
            Assert.That(_vdaf.IsValidAggParam(_aggParam), Is.True);
            Assert.That(_vdaf.IsValidAggParam(bad), Is.False);
            Assert.That(_vdaf.IsValidAggParam([]), Is.EqualTo(!_vdaf.HasAggParam));
            Assert.That(() => _vdaf.VerifyStateLength(bad, 0), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifierShareLength(bad, 0), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifierMessageLength(bad, 0), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.OutShareLength(bad), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.AggShareLength(bad), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.AggInit(bad, new byte[_vdaf.AggShareLength(_aggParam)]), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifyInit(_key, [], 0, bad, [], [], [], []), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifyStateLength(_aggParam, _vdaf.Rounds), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifierShareLength(_aggParam, -1), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifierMessageLength(_aggParam, _vdaf.Rounds), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.VerifyNext([], _aggParam, _vdaf.Rounds, [], [], [], [], [], []), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => _vdaf.InputShareLength(2), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Aggregating_one_by_one_in_a_batch_and_in_two_halves_gives_the_same()
    {
        Exchange exchange = PingPongTopologyTests.Draw(one, Reports);
        exchange.Run();
        byte[] outShares = exchange.OutShares[^1];
        VerifyOutcome[] all = exchange.Outcomes[^1];
        byte[] single = NewAggShare(), batch = NewAggShare(), even = NewAggShare(), odd = NewAggShare();

        for (int i = 0; i < Reports; i++)
        {
            _vdaf.AggUpdate(_aggParam, single, exchange.OutShare(exchange.LastStep, i));
        }

        Assert.That(_vdaf.Aggregate(_aggParam, batch, outShares, all), Is.EqualTo(Reports));
        Assert.That(_vdaf.Aggregate(_aggParam, even, outShares, [all[0], VerifyOutcome.None, all[2], VerifyOutcome.Continued]), Is.EqualTo(2));
        Assert.That(_vdaf.Aggregate(_aggParam, odd, outShares, [VerifyOutcome.ProofRejected, all[1], VerifyOutcome.None, all[3]]), Is.EqualTo(2));
        _vdaf.Merge(_aggParam, even, odd);
        Assert.That(batch, Is.EqualTo(single));
        Assert.That(even, Is.EqualTo(single));
    }

    private static byte[] Dirty(int length) => [.. Enumerable.Repeat((byte)0xAA, length)];

    private static void AssertOnlyThird(byte[] buffer, int length)
    {
        Assert.That(buffer.Where((_, i) => i / length != 2), Has.All.Zero);
        if (length > 0)
        {
            Assert.That(buffer.AsSpan(2 * length, length).ToArray(), Has.Some.Not.Zero);
        }
    }

    private byte[] NewAggShare()
    {
        byte[] aggShare = Dirty(_vdaf.AggShareLength(_aggParam));
        _vdaf.AggInit(_aggParam, aggShare);
        return aggShare;
    }

    private VerifyInput[] Inputs(int aggregator)
    {
        Random random = new(5);
        return [.. Enumerable.Range(0, Reports).Select(i =>
        {
            byte[] nonce = [.. new byte[_vdaf.NonceSize - 1], (byte)i], rand = new byte[_vdaf.RandSize];
            byte[] publicShare = new byte[_vdaf.PublicShareLength];
            byte[] inputShares = new byte[_vdaf.InputShareLength(0) + _vdaf.InputShareLength(1)];
            random.NextBytes(rand);
            _vdaf.Shard([], one.Draw(random).Measurement, nonce, rand, publicShare, inputShares);
            int leaderLength = _vdaf.InputShareLength(0);
            return new VerifyInput(nonce, publicShare, aggregator == 0 ? inputShares[..leaderLength] : inputShares[leaderLength..]);
        })];
    }

    private (VerifyOutcome[] Outcomes, byte[] States, byte[] Shares) VerifyInit(int aggregator, VerifyInput[] inputs)
    {
        VerifyOutcome[] outcomes = new VerifyOutcome[inputs.Length];
        byte[] states = Dirty(inputs.Length * _vdaf.VerifyStateLength(_aggParam, 0));
        byte[] shares = Dirty(inputs.Length * _vdaf.VerifierShareLength(_aggParam, 0));
        _vdaf.VerifyInit(_key, [], aggregator, _aggParam, inputs, outcomes, states, shares);
        return (outcomes, states, shares);
    }

    private byte[] Pairs(byte[][] shares, int round)
    {
        int length = _vdaf.VerifierShareLength(_aggParam, round);
        return [.. Enumerable.Range(0, Reports).SelectMany(i => shares.SelectMany(own => own[(i * length)..((i + 1) * length)]))];
    }
}
