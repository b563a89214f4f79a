using Janus.Testing;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Vdaf.PingPong;

[TestFixture]
internal sealed class PingPongTopologyTests
{
    // More than is worked on at a time, and not a multiple of it.
    private const int BatchLength = 21;

    [TestCaseSource(typeof(ExchangeCase), nameof(ExchangeCase.All))]
    public void Batch_is_verified_and_aggregated(ExchangeCase one)
    {
        Random random = new(3);
        (Measurement Measurement, UInt128[] Result)[] drawn = [.. Enumerable.Range(0, BatchLength).Select(_ => one.Draw(random))];
        Exchange exchange = new(one.Vdaf, one.AggParam, drawn.Select(report => report.Measurement));

        exchange.Run();

        UInt128[] expected = drawn.Select(report => report.Result)
            .Aggregate((sum, next) => [.. sum.Zip(next, (left, right) => left + right)]);
        for (int step = 0; step <= exchange.LastStep; step++)
        {
            VerifyOutcome outcome = step < one.Vdaf.Rounds ? VerifyOutcome.Continued : VerifyOutcome.Finished;
            Assert.That(exchange.Outcomes[step], Has.All.EqualTo(outcome), $"step {step}");
        }

        (byte[][] aggShares, int reports) = exchange.Aggregate();
        Assert.That(reports, Is.EqualTo(BatchLength));
        Assert.That(one.Vdaf.Unshard(one.AggParam, [aggShares[0], aggShares[1]], BatchLength), Is.EqualTo(expected));
    }

    [TestCaseSource(typeof(ExchangeCase), nameof(ExchangeCase.Some))]
    public void Batch_gives_the_same_bytes_as_report_by_report(ExchangeCase one)
    {
        Exchange batch = Draw(one, BatchLength);
        batch.Run();

        for (int i = 0; i < BatchLength; i++)
        {
            Exchange single = batch.Part(i);
            single.Run();
            AssertSame(single, 0, batch, i);
        }
    }

    [TestCaseSource(typeof(ExchangeCase), nameof(ExchangeCase.Some))]
    public void Bad_reports_are_rejected_one_by_one_and_leave_the_others_alone(ExchangeCase one)
    {
        Exchange batch = Draw(one, BatchLength);
        Exchange clean = batch.Part(Enumerable.Range(0, BatchLength));
        clean.Run();
        int publicShareLength = one.Vdaf.PublicShareLength;
        batch.Leader[1] = batch.Leader[1] with { InputShare = batch.Leader[1].InputShare[1..] };
        batch.Leader[2] = batch.Leader[2] with { InputShare = Filled(batch.Leader[2].InputShare, 0xFF) };
        batch.Leader[3] = batch.Leader[3] with { PublicShare = new byte[publicShareLength + 1] };
        batch.Helper[5] = batch.Helper[5] with { InputShare = new byte[one.Vdaf.InputShareLength(1) + 1] };
        batch.Helper[6] = batch.Helper[6] with { PublicShare = new byte[publicShareLength + 1] };
        batch.Helper[17] = batch.Helper[17] with { InputShare = Filled(batch.Helper[17].InputShare, 0x5A) };

        batch.Run();

        Dictionary<int, VerifyOutcome> expected = new()
        {
            [1] = VerifyOutcome.MalformedInputShare,
            [2] = VerifyOutcome.MalformedInputShare,
            [3] = VerifyOutcome.MalformedPublicShare,
            [5] = VerifyOutcome.MalformedInputShare,
            [6] = VerifyOutcome.MalformedPublicShare,
            [17] = one.Vdaf is MultiRoundVdaf ? VerifyOutcome.MalformedInputShare
                : publicShareLength == 0 ? VerifyOutcome.ProofRejected : VerifyOutcome.JointRandRejected,
        };
        for (int i = 0; i < BatchLength; i++)
        {
            if (expected.TryGetValue(i, out VerifyOutcome outcome))
            {
                int rejectedIn = i < 5 ? 0 : 1;
                Assert.That(batch.RejectedIn(i), Is.EqualTo(rejectedIn), $"report {i}");
                Assert.That(batch.Outcomes[rejectedIn][i], Is.EqualTo(outcome), $"report {i}");
                AssertRejectedFrom(rejectedIn, batch, i);
            }
            else
            {
                AssertSame(batch, i, clean, i);
            }
        }

        Assert.That(batch.Aggregate().Reports, Is.EqualTo(BatchLength - expected.Count));
    }

    [TestCaseSource(typeof(ExchangeCase), nameof(ExchangeCase.Some))]
    public void Malformed_message_is_rejected_in_each_round_and_leaves_the_others_alone(ExchangeCase one)
    {
        for (int number = 0; number <= one.Vdaf.Rounds; number++)
        {
            Exchange batch = Draw(one, 3);
            batch.Run();
            ReadOnlyMemory<byte> good = batch.Messages[number][1];
            ReadOnlyMemory<byte> neighbour = number < one.Vdaf.Rounds ? batch.Messages[number + 1][0] : default;
            byte[] outShares = batch.OutShares[number + 1];
            foreach (byte[] bad in Malformed(good))
            {
                batch.Messages[number][1] = bad;
                batch.Step(number + 1);

                string what = $"message {number}: {Convert.ToHexString(bad.AsSpan(0, Math.Min(9, bad.Length)))}, {bad.Length} bytes";
                Assert.That(batch.Outcomes[number + 1][1], Is.EqualTo(VerifyOutcome.MalformedMessage), what);
                Assert.That(batch.Outcomes[number + 1][0], Is.EqualTo(batch.Outcomes[number + 1][2]).And.Not.EqualTo(VerifyOutcome.MalformedMessage), what);
                AssertRejectedFrom(number + 1, batch, 1, to: number + 1);
                Assert.That(number < one.Vdaf.Rounds ? batch.Messages[number + 1][0].ToArray() : [], Is.EqualTo(neighbour.ToArray()), what);
            }

            batch.Messages[number][1] = good;
            batch.Step(number + 1);
            Assert.That(batch.OutShares[number + 1], Is.EqualTo(outShares), "the message is good again");
        }
    }

    [TestCaseSource(typeof(ExchangeCase), nameof(ExchangeCase.Some))]
    public void Messages_carry_their_type_and_length_prefixed_parts(ExchangeCase one)
    {
        IVdaf vdaf = one.Vdaf;
        Exchange exchange = Draw(one, 1);
        exchange.Run();

        for (int number = 0; number <= vdaf.Rounds; number++)
        {
            byte[] message = exchange.Messages[number][0].ToArray();
            List<int> parts = Parts(message);
            int[] expected = number == 0
                ? [vdaf.VerifierShareLength(one.AggParam, 0)]
                : number == vdaf.Rounds
                    ? [vdaf.VerifierMessageLength(one.AggParam, number - 1)]
                    : [vdaf.VerifierMessageLength(one.AggParam, number - 1), vdaf.VerifierShareLength(one.AggParam, number)];
            Assert.That(message[0], Is.EqualTo(number == 0 ? 0 : number == vdaf.Rounds ? 2 : 1));
            Assert.That(parts, Is.EqualTo(expected));
            Assert.That(exchange.Topology.MessageLength(one.AggParam, number), Is.EqualTo(message.Length));
            Assert.That(
                exchange.Topology.StateLength(one.AggParam, number),
                number == vdaf.Rounds ? Is.Zero : Is.EqualTo(vdaf.VerifyStateLength(one.AggParam, number)));
        }
    }

    [TestCase(1, 1)]
    [TestCase(2, 2)]
    [TestCase(3, 2)]
    [TestCase(4, 3)]
    [TestCase(5, 3)]
    public void Leader_sends_as_many_requests_as_the_draft_says(int rounds, int requests)
    {
        PingPongTopology topology = new(new MultiRoundVdaf(rounds));
        byte[] aggParam = MultiRoundVdaf.AggParam(1);

        int[] sentByLeader = [.. Enumerable.Range(0, topology.Rounds + 1).Where(message => message % 2 == 0)];

        Assert.That(sentByLeader, Has.Length.EqualTo(requests));
        Assert.That(topology.StateLength(aggParam, topology.Rounds), Is.Zero);
        Assert.That(Enumerable.Range(0, rounds + 1).Select(topology.IsFinishedBy).Count(finished => finished), Is.EqualTo(2));
    }

    [Test]
    public void Misuse_throws()
    {
        MultiRoundVdaf vdaf = new(2);
        PingPongTopology topology = new(vdaf);
        byte[] aggParam = MultiRoundVdaf.AggParam(1, 2), key = new byte[32];
        VerifyInput report = new(new byte[16], new byte[vdaf.PublicShareLength], new byte[vdaf.InputShareLength(0)]);
        byte[] state = new byte[topology.StateLength(aggParam, 0)], message = new byte[topology.MessageLength(aggParam, 0)];
        byte[] state1 = new byte[topology.StateLength(aggParam, 1)], message1 = new byte[topology.MessageLength(aggParam, 1)];
        byte[] message2 = new byte[topology.MessageLength(aggParam, 2)], outShare = new byte[vdaf.OutShareLength(aggParam)];
        VerifyOutcome[] outcomes = new VerifyOutcome[1];

        Assert.Multiple(() =>
        {
            Assert.That(() => new PingPongTopology(Prio3.Count(3)), Throws.ArgumentException);
            Assert.That(() => topology.LeaderInit(new byte[31], [], aggParam, [report], outcomes, state, message), Throws.ArgumentException);
            Assert.That(() => topology.LeaderInit(key, [], [], [report], outcomes, state, message), Throws.ArgumentException);
            Assert.That(() => topology.LeaderInit(key, [], aggParam, [report, report], outcomes, state, message), Throws.ArgumentException);
            Assert.That(() => topology.LeaderInit(key, [], aggParam, [report], outcomes, state.AsSpan(1), message), Throws.ArgumentException);
            Assert.That(
                () => topology.LeaderInit(key, [], aggParam, [report with { Nonce = new byte[15] }], outcomes, state, message),
                Throws.ArgumentException);
            Assert.That(() => topology.LeaderInit(key, [], aggParam, [], [], [], []), Throws.Nothing);
            Assert.That(() => topology.HelperInit(key, [], aggParam, [report], [], outcomes, state1, message1, []), Throws.ArgumentException);
            Assert.That(() => topology.HelperInit(key, [], aggParam, [report], [message], outcomes, [], message1, []), Throws.ArgumentException);
            Assert.That(
                () => topology.HelperInit(key, [], aggParam, [report], [message], outcomes, state1, message1, outShare),
                Throws.ArgumentException);
            Assert.That(() => topology.HelperInit(key, [], aggParam, [], [], [], [], [], []), Throws.Nothing);
            Assert.That(() => topology.Continue([], aggParam, 0, state, [message], outcomes, state1, message1, []), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => topology.Continue([], aggParam, 3, [], [message2], outcomes, [], [], outShare), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => topology.Continue([], aggParam, 1, state, [message1], outcomes, [], message2, []), Throws.ArgumentException);
            Assert.That(() => topology.Continue([], aggParam, 1, state1, [message1], outcomes, [], message2, outShare), Throws.ArgumentException);
            Assert.That(() => topology.Continue([], aggParam, 1, state, [message1], outcomes, [], message2, outShare), Throws.Nothing);
            Assert.That(() => topology.MessageLength(aggParam, 3), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => topology.StateLength(aggParam, -1), Throws.InstanceOf<ArgumentException>());
        });
        Assert.That(
            () => new PingPongTopology(Prio3.Count()).LeaderInit(key, new byte[65_528], [], [report], outcomes, state.AsSpan(0, 8), new byte[37]),
            Throws.ArgumentException);
    }

    internal static Exchange Draw(ExchangeCase one, int count)
    {
        Random random = new(5);
        return new Exchange(one.Vdaf, one.AggParam, Enumerable.Range(0, count).Select(_ => one.Draw(random).Measurement));
    }

    internal static void AssertSame(Exchange left, int leftReport, Exchange right, int rightReport)
    {
        for (int step = 0; step <= left.LastStep; step++)
        {
            int stateLength = left.States[step].Length / left.Count;
            Assert.That(left.Outcomes[step][leftReport], Is.EqualTo(right.Outcomes[step][rightReport]), $"report {rightReport} in step {step}");
            Assert.That(
                left.States[step].AsSpan(leftReport * stateLength, stateLength).ToArray(),
                Is.EqualTo(right.States[step].AsSpan(rightReport * stateLength, stateLength).ToArray()),
                $"state of report {rightReport} in step {step}");
            if (step <= left.Vdaf.Rounds)
            {
                Assert.That(left.Messages[step][leftReport].ToArray(), Is.EqualTo(right.Messages[step][rightReport].ToArray()));
            }

            if (left.OutShares[step].Length > 0)
            {
                Assert.That(left.OutShare(step, leftReport), Is.EqualTo(right.OutShare(step, rightReport)));
            }
        }
    }

    internal static void AssertRejectedFrom(int from, Exchange exchange, int report, int? to = null)
    {
        for (int step = from; step <= (to ?? exchange.LastStep); step++)
        {
            int stateLength = exchange.States[step].Length / exchange.Count;
            Assert.That(exchange.Outcomes[step][report], Is.GreaterThan(VerifyOutcome.Finished), $"step {step}");
            Assert.That(exchange.States[step].AsSpan(report * stateLength, stateLength).ToArray(), Has.All.Zero, $"state of step {step}");
            Assert.That(step <= exchange.Vdaf.Rounds ? exchange.Messages[step][report].ToArray() : [], Has.All.Zero, $"message {step}");
            Assert.That(exchange.OutShares[step].Length == 0 ? [] : exchange.OutShare(step, report), Has.All.Zero, $"out share of step {step}");
        }
    }

    private static List<int> Parts(byte[] message)
    {
        List<int> parts = [];
        for (int offset = 1; offset < message.Length;)
        {
            int length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(offset));
            parts.Add(length);
            offset += 4 + length;
        }

        return parts;
    }

    private static IEnumerable<byte[]> Malformed(ReadOnlyMemory<byte> message)
    {
        byte[] good = message.ToArray();
        for (int length = 0; length < good.Length; length++)
        {
            yield return good[..length];
        }

        yield return [.. good, 0];
        foreach (byte type in new byte[] { 0, 1, 2, 3, 255 }.Where(type => type != good[0]))
        {
            yield return [type, .. good[1..]];
        }

        // Each length prefix one too large and one too small, and both parts as one.
        int prefix = 1;
        foreach (int part in Parts(good))
        {
            yield return Changed(good, prefix + 3, 1);
            yield return Changed(good, prefix + 3, -1);
            yield return Changed(good, prefix, 0x80);
            prefix += 4 + part;
        }

        yield return [good[0], 0, 0, 0, 1, 7];
        if (good[0] == 1)
        {
            yield return [0, .. good.AsSpan(5 + Parts(good)[0])];
            yield return [2, .. good.AsSpan(1, 4 + Parts(good)[0])];
        }
    }

    private static byte[] Changed(byte[] bytes, int index, int by)
    {
        byte[] changed = [.. bytes];
        changed[index] = unchecked((byte)(changed[index] + by));
        return changed;
    }

    private static byte[] Filled(ReadOnlyMemory<byte> bytes, byte with) => [.. Enumerable.Repeat(with, bytes.Length)];
}
