using Janus.Testing;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf.PingPong;

/// <summary>What only a VDAF of several rounds shows of the topology.</summary>
[TestFixture]
internal sealed class MultiRoundTests
{
    private static readonly uint[] Multipliers = [2, 5];

    [Test]
    public void Report_is_rejected_in_any_round_by_either_side_and_neither_aggregates_it([Range(1, 5)] int rounds)
    {
        MultiRoundVdaf vdaf = new(rounds);
        List<(int Round, MultiRoundFlaw Flaw)> flaws = [];
        List<Measurement> measurements = [];
        foreach (MultiRoundFlaw flaw in new[] { MultiRoundFlaw.VerifierShares, MultiRoundFlaw.Leader, MultiRoundFlaw.Helper })
        {
            for (int round = 0; round < rounds; round++)
            {
                // Between the flawed reports lie valid ones. The side that is finished second sees no flaw of its own.
                measurements.Add(Measurement.FromNumber(7));
                flaws.Add((0, MultiRoundFlaw.None));
                if (flaw == MultiRoundFlaw.VerifierShares || round < rounds - 1 || (flaw == MultiRoundFlaw.Helper) == (rounds % 2 == 1))
                {
                    measurements.Add(Measurement.FromNumber(MultiRoundVdaf.Flawed(9, round, flaw)));
                    flaws.Add((round, flaw));
                }
            }
        }

        Exchange exchange = new(vdaf, MultiRoundVdaf.AggParam(Multipliers), measurements);
        exchange.Run();

        int[] valid = [.. Enumerable.Range(0, flaws.Count).Where(i => flaws[i].Flaw == MultiRoundFlaw.None)];
        Exchange clean = exchange.Part(valid);
        clean.Run();
        for (int i = 0; i < flaws.Count; i++)
        {
            if (flaws[i].Flaw == MultiRoundFlaw.None)
            {
                PingPongTopologyTests.AssertSame(clean, Array.IndexOf(valid, i), exchange, i);
                continue;
            }

            // Message r is taken in step r + 1, where the round's shares are combined; the other side follows one step later.
            MultiRoundFlaw combiner = flaws[i].Round % 2 == 0 ? MultiRoundFlaw.Helper : MultiRoundFlaw.Leader;
            bool atOnce = flaws[i].Flaw == MultiRoundFlaw.VerifierShares || flaws[i].Flaw == combiner;
            int expected = flaws[i].Round + (atOnce ? 1 : 2);
            Assert.That(exchange.RejectedIn(i), Is.EqualTo(expected), $"{flaws[i]}");
            Assert.That(exchange.Outcomes[expected][i], Is.EqualTo(VerifyOutcome.ProofRejected), $"{flaws[i]}");
            PingPongTopologyTests.AssertRejectedFrom(expected, exchange, i);
        }

        (byte[][] aggShares, int reports) = exchange.Aggregate();
        UInt128 sum = 7 * (UInt128)reports;
        Assert.That(reports, Is.EqualTo(valid.Length));
        Assert.That(
            vdaf.Unshard(exchange.AggParam, [aggShares[0], aggShares[1]], (ulong)reports), Is.EqualTo(new[] { 2 * sum, 5 * sum }));
    }

    [Test]
    public void Every_changed_byte_of_any_message_is_rejected_by_its_receiver([Range(1, 5)] int rounds)
    {
        Exchange exchange = new(new MultiRoundVdaf(rounds), MultiRoundVdaf.AggParam(Multipliers), Measurement.FromNumber(3));
        exchange.Run();
        for (int number = 0; number <= rounds; number++)
        {
            ReadOnlyMemory<byte> good = exchange.Messages[number][0];
            for (int i = 0; i < good.Length; i++)
            {
                byte[] bad = good.ToArray();
                bad[i] ^= 1;
                exchange.Messages[number][0] = bad;
                exchange.Step(number + 1);
                PingPongTopologyTests.AssertRejectedFrom(number + 1, exchange, 0, to: number + 1);
            }

            exchange.Messages[number][0] = good;
            exchange.Step(number + 1);
        }

        Assert.That(exchange.RejectedIn(0), Is.Null);
    }

    [Test]
    public void State_of_another_report_does_not_fit_a_message([Range(2, 5)] int rounds)
    {
        Exchange exchange = new(
            new MultiRoundVdaf(rounds), MultiRoundVdaf.AggParam(Multipliers), Enumerable.Range(0, 3).Select(i => Measurement.FromNumber((ulong)i)));
        exchange.Run();

        for (int step = 2; step <= exchange.LastStep; step++)
        {
            byte[] states = exchange.States[step - 2];
            int length = states.Length / 3;
            exchange.States[step - 2] = [.. states[length..(2 * length)], .. states[..length], .. states[(2 * length)..]];
            VerifyOutcome good = exchange.Outcomes[step][2];
            exchange.Step(step);
            Assert.That(exchange.Outcomes[step], Is.EqualTo(new[] { VerifyOutcome.ProofRejected, VerifyOutcome.ProofRejected, good }), $"step {step}");
            exchange.States[step - 2] = states;
            exchange.Step(step);
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Helper_with_another_key_context_or_aggregation_parameter_rejects(int what)
    {
        Exchange exchange = new(new MultiRoundVdaf(3), MultiRoundVdaf.AggParam(Multipliers), Measurement.FromNumber(3));
        exchange.Step(0);
        exchange.VerifyKey = what == 0 ? new byte[32] : exchange.VerifyKey;
        exchange.Ctx = what == 1 ? [1] : exchange.Ctx;
        exchange.AggParam = what == 2 ? MultiRoundVdaf.AggParam(2, 6) : exchange.AggParam;

        exchange.Step(1);

        Assert.That(exchange.Outcomes[1], Is.EqualTo(new[] { VerifyOutcome.ProofRejected }));
    }

    [TestCase(0)]
    [TestCase(1)]
    public void Another_context_or_aggregation_parameter_in_a_later_round_is_rejected(int what)
    {
        Exchange exchange = new(new MultiRoundVdaf(4), MultiRoundVdaf.AggParam(Multipliers), Measurement.FromNumber(3));
        exchange.Run();

        for (int step = 2; step <= exchange.LastStep; step++)
        {
            Exchange other = exchange.Part(0);
            Array.Copy(exchange.States, other.States, step);
            Array.Copy(exchange.Messages, other.Messages, step);
            other.Ctx = what == 0 ? [1] : other.Ctx;
            other.AggParam = what == 1 ? MultiRoundVdaf.AggParam(2, 6) : other.AggParam;
            other.Step(step);
            Assert.That(other.Outcomes[step], Is.EqualTo(new[] { VerifyOutcome.ProofRejected }), $"step {step}");
        }
    }
}
