using System.Buffers.Binary;
using System.Security.Cryptography;
using Janus.UnitTests.Vdaf.Prio3Tests;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Vdaf.PingPong;

[TestFixture]
internal sealed class PingPongTopologyTests
{
    // More than the Helper takes at a time, and not a multiple of it.
    private const int BatchLength = 21;

    private static IEnumerable<Variant> Variants => Variant.All(2);

    private static IEnumerable<Variant> SomeVariants =>
        Variant.All(2).Where(variant => variant.Vdaf.Name is "Prio3Count" or "Prio3Sum(255)" or "Prio3Histogram(11,3)" or "Prio3SumVec(10,255,9)");

    [TestCaseSource(nameof(Variants))]
    public void Batch_is_verified_and_aggregated(Variant variant)
    {
        Batch batch = new(variant, BatchLength);

        batch.Run();

        UInt128[] expected = new UInt128[variant.Vdaf.OutputLength];
        foreach (ulong[] output in batch.Values.Select(variant.ToOutput))
        {
            expected = [.. expected.Zip(output, (sum, value) => sum + value)];
        }

        Assert.That(batch.HelperOutcomes, Has.All.EqualTo(VerifyOutcome.Finished));
        Assert.That(batch.LeaderOutcomes, Has.All.EqualTo(VerifyOutcome.Finished));
        Assert.That(batch.Aggregate(), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(SomeVariants))]
    public void Batch_gives_the_same_bytes_as_report_by_report(Variant variant)
    {
        Batch batch = new(variant, BatchLength);
        batch.Run();

        for (int i = 0; i < BatchLength; i++)
        {
            Batch single = batch.Single(i);
            single.Run();

            Assert.That(single.Initialize[0].ToArray(), Is.EqualTo(batch.Initialize[i].ToArray()));
            Assert.That(single.Finish[0].ToArray(), Is.EqualTo(batch.Finish[i].ToArray()));
            Assert.That(single.LeaderOutShares, Is.EqualTo(batch.LeaderOutShare(i)));
            Assert.That(single.HelperOutShares, Is.EqualTo(batch.HelperOutShare(i)));
        }
    }

    [TestCaseSource(nameof(SomeVariants))]
    public void Bad_reports_are_rejected_one_by_one_and_leave_the_others_alone(Variant variant)
    {
        Prio3 vdaf = variant.Vdaf;
        Batch batch = new(variant, BatchLength);
        Batch clean = batch.Copy();
        clean.Run();
        batch.Leader[1] = batch.Leader[1] with { InputShare = batch.Leader[1].InputShare[1..] };
        batch.Leader[2] = batch.Leader[2] with { InputShare = Overflowing(batch.Leader[2].InputShare, 0) };
        batch.Leader[3] = batch.Leader[3] with { PublicShare = new byte[vdaf.PublicShareLength + 1] };
        batch.Leader[4] = batch.Leader[4] with { InputShare = Changed(batch.Leader[4].InputShare, 0) };
        batch.Helper[5] = batch.Helper[5] with { InputShare = new byte[vdaf.InputShareLength(1) + 1] };
        batch.Helper[6] = batch.Helper[6] with { PublicShare = new byte[vdaf.PublicShareLength + 1] };
        batch.Helper[7] = batch.Helper[7] with { InputShare = Changed(batch.Helper[7].InputShare, 0) };

        batch.Run();

        Dictionary<int, (VerifyOutcome Leader, VerifyOutcome Helper)> expected = new()
        {
            [1] = (VerifyOutcome.MalformedInputShare, VerifyOutcome.MalformedMessage),
            [2] = (VerifyOutcome.MalformedInputShare, VerifyOutcome.MalformedMessage),
            [3] = (VerifyOutcome.MalformedPublicShare, VerifyOutcome.MalformedMessage),
            [4] = (VerifyOutcome.MalformedMessage, VerifyOutcome.ProofRejected),
            [5] = (VerifyOutcome.MalformedMessage, VerifyOutcome.MalformedInputShare),
            [6] = (VerifyOutcome.MalformedMessage, VerifyOutcome.MalformedPublicShare),
            [7] = (VerifyOutcome.MalformedMessage, vdaf.PublicShareLength == 0 ? VerifyOutcome.ProofRejected : VerifyOutcome.JointRandRejected),
        };
        for (int i = 0; i < BatchLength; i++)
        {
            bool bad = expected.TryGetValue(i, out (VerifyOutcome Leader, VerifyOutcome Helper) outcome);
            Assert.That(batch.LeaderOutcomes[i], Is.EqualTo(bad ? outcome.Leader : VerifyOutcome.Finished), $"Leader, report {i}");
            Assert.That(batch.HelperOutcomes[i], Is.EqualTo(bad ? outcome.Helper : VerifyOutcome.Finished), $"Helper, report {i}");
            Assert.That(batch.LeaderOutShare(i), bad ? Has.All.Zero : Is.EqualTo(clean.LeaderOutShare(i)));
            Assert.That(batch.HelperOutShare(i), bad ? Has.All.Zero : Is.EqualTo(clean.HelperOutShare(i)));
            Assert.That(batch.Finish[i].ToArray(), bad ? Has.All.Zero : Is.EqualTo(clean.Finish[i].ToArray()));
        }

        Assert.That(
            vdaf.Aggregate([], new byte[vdaf.AggShareLength([])], batch.HelperOutShares, batch.HelperOutcomes),
            Is.EqualTo(BatchLength - expected.Count));
    }

    [Test]
    public void Joint_randomness_that_the_public_share_does_not_imply_is_rejected()
    {
        Variant variant = Variants.First(variant => variant.Vdaf.Name == "Prio3Histogram(11,3)");
        Batch helper = new(variant, 1), leader = new(variant, 1);

        // What the client says of the Helper's part, which only the Leader relies on.
        helper.Helper[0] = helper.Helper[0] with { PublicShare = Changed(helper.Helper[0].PublicShare, 40) };
        helper.Run();
        leader.RunLeaderInit();
        leader.RunHelperInit();
        leader.Finish[0] = Changed(leader.Finish[0], 5);
        leader.RunLeaderContinue();

        Assert.That(helper.HelperOutcomes, Is.EqualTo(new[] { VerifyOutcome.JointRandRejected }));
        Assert.That(helper.HelperOutShares, Has.All.Zero);
        Assert.That(helper.Finish[0].ToArray(), Has.All.Zero);
        Assert.That(leader.LeaderOutcomes, Is.EqualTo(new[] { VerifyOutcome.JointRandRejected }));
        Assert.That(leader.LeaderOutShares, Has.All.Zero);
    }

    [TestCaseSource(nameof(SomeVariants))]
    public void Every_truncation_and_every_wrong_header_of_a_message_is_malformed(Variant variant)
    {
        Batch batch = new(variant, 1);
        batch.RunLeaderInit();
        ReadOnlyMemory<byte> initialize = batch.Initialize[0];
        foreach (ReadOnlyMemory<byte> bad in Malformed(initialize))
        {
            batch.Initialize[0] = bad;
            batch.RunHelperInit();
            Assert.That(batch.HelperOutcomes[0], Is.EqualTo(VerifyOutcome.MalformedMessage), Convert.ToHexString(bad.Span[..Math.Min(5, bad.Length)]));
            Assert.That(batch.HelperOutShares, Has.All.Zero);
        }

        batch.Initialize[0] = Overflowing(initialize, 5);
        batch.RunHelperInit();
        Assert.That(batch.HelperOutcomes[0], Is.EqualTo(VerifyOutcome.MalformedMessage));

        batch.Initialize[0] = initialize;
        batch.RunHelperInit();
        ReadOnlyMemory<byte> finish = batch.Finish[0];
        foreach (ReadOnlyMemory<byte> bad in Malformed(finish))
        {
            batch.Finish[0] = bad;
            batch.RunLeaderContinue();
            Assert.That(batch.LeaderOutcomes[0], Is.EqualTo(VerifyOutcome.MalformedMessage), Convert.ToHexString(bad.Span[..Math.Min(5, bad.Length)]));
            Assert.That(batch.LeaderOutShares, Has.All.Zero);
        }
    }

    [Test]
    public void Messages_carry_their_type_and_a_length_prefixed_part()
    {
        Batch batch = new(Variants.First(variant => variant.Vdaf.Name == "Prio3Histogram(11,3)"), 1);
        batch.Run();

        Assert.That(batch.Initialize[0].Span[0], Is.Zero);
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(batch.Initialize[0].Span[1..]), Is.EqualTo(batch.Vdaf.VerifierShareLength([], 0)));
        Assert.That(batch.Finish[0].Span[0], Is.EqualTo(2));
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(batch.Finish[0].Span[1..]), Is.EqualTo(32));
    }

    [Test]
    public void Misuse_throws()
    {
        Prio3 vdaf = Prio3.Count();
        PingPongTopology topology = new(vdaf);
        VerifyInput report = new(new byte[16], default, new byte[vdaf.InputShareLength(0)]);
        byte[] state = new byte[topology.StateLength([], 0)], message = new byte[topology.MessageLength([], 0)];
        VerifyOutcome[] outcomes = new VerifyOutcome[1];

        Assert.That(() => new PingPongTopology(Prio3.Count(3)), Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[31], [], [], [report], outcomes, state, message), Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[32], [], [1], [report], outcomes, state, message), Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[32], [], [], [report, report], outcomes, state, message), Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[32], [], [], [report], outcomes, state.AsSpan(1), message), Throws.ArgumentException);
        Assert.That(
            () => topology.LeaderInit(new byte[32], [], [], [report with { Nonce = new byte[15] }], outcomes, state, message),
            Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[32], new byte[65_528], [], [report], outcomes, state, message), Throws.ArgumentException);
        Assert.That(() => topology.LeaderInit(new byte[32], [], [], [], [], [], []), Throws.Nothing);
        Assert.That(() => topology.HelperInit(new byte[32], [], [], [], [], [], [], [], []), Throws.Nothing);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Malformed(ReadOnlyMemory<byte> message)
    {
        for (int length = 0; length < message.Length; length++)
        {
            yield return message[..length];
        }

        yield return (byte[])[.. message.Span, 0];
        yield return (byte[])[1, .. message.Span[1..]];
        yield return (byte[])[(byte)(2 - message.Span[0]), .. message.Span[1..]];
        yield return (byte[])[255, .. message.Span[1..]];
        yield return Changed(message, 4);
        yield return (byte[])[message.Span[0], 0, 0, 0, 1, 7];
    }

    private static byte[] Changed(ReadOnlyMemory<byte> bytes, int index)
    {
        byte[] changed = bytes.ToArray();
        changed[index] ^= 1;
        return changed;
    }

    private static byte[] Overflowing(ReadOnlyMemory<byte> bytes, int index)
    {
        byte[] changed = bytes.ToArray();
        changed.AsSpan(index, 16).Fill(0xFF);
        return changed;
    }

    /// <summary>A batch of reports on its way between two aggregators.</summary>
    private sealed class Batch
    {
        private readonly Variant _variant;
        private readonly PingPongTopology _topology;
        private byte[] _states = [];

        public Batch(Variant variant, int length)
        {
            _variant = variant;
            _topology = new PingPongTopology(variant.Vdaf);
            Random random = new(3);
            for (int i = 0; i < length; i++)
            {
                byte[] nonce = RandomNumberGenerator.GetBytes(16);
                ulong[] values = variant.Draw(random);
                ShardedReport shares = Vdaf.Shard(Ctx, variant.ToMeasurement(values), nonce);
                Values.Add(values);
                Leader.Add(new VerifyInput(nonce, shares.PublicShare, shares.InputShares[0]));
                Helper.Add(new VerifyInput(nonce, shares.PublicShare, shares.InputShares[1]));
            }
        }

        public Prio3 Vdaf => _variant.Vdaf;

        public List<ulong[]> Values { get; } = [];

        public List<VerifyInput> Leader { get; } = [];

        public List<VerifyInput> Helper { get; } = [];

        public byte[] VerifyKey { get; private init; } = RandomNumberGenerator.GetBytes(32);

        public ReadOnlyMemory<byte>[] Initialize { get; private set; } = [];

        public ReadOnlyMemory<byte>[] Finish { get; private set; } = [];

        public VerifyOutcome[] LeaderOutcomes { get; private set; } = [];

        public VerifyOutcome[] HelperOutcomes { get; private set; } = [];

        public byte[] LeaderOutShares { get; private set; } = [];

        public byte[] HelperOutShares { get; private set; } = [];

        private static byte[] Ctx => "a context"u8.ToArray();

        public Batch Copy() => Part([.. Enumerable.Range(0, Leader.Count)]);

        public Batch Single(int index) => Part([index]);

        public byte[] LeaderOutShare(int index) => LeaderOutShares.AsSpan(index * Vdaf.OutShareLength([]), Vdaf.OutShareLength([])).ToArray();

        public byte[] HelperOutShare(int index) => HelperOutShares.AsSpan(index * Vdaf.OutShareLength([]), Vdaf.OutShareLength([])).ToArray();

        public void Run()
        {
            RunLeaderInit();
            RunHelperInit();
            RunLeaderContinue();
        }

        public void RunLeaderInit()
        {
            _states = Dirty(Leader.Count * _topology.StateLength([], 0));
            LeaderOutcomes = new VerifyOutcome[Leader.Count];
            byte[] messages = Dirty(Leader.Count * _topology.MessageLength([], 0));
            _topology.LeaderInit(VerifyKey, Ctx, [], Leader.ToArray(), LeaderOutcomes, _states, messages);
            Initialize = Split(messages, _topology.MessageLength([], 0));
        }

        public void RunHelperInit()
        {
            HelperOutcomes = new VerifyOutcome[Leader.Count];
            HelperOutShares = Dirty(Leader.Count * Vdaf.OutShareLength([]));
            byte[] messages = Dirty(Leader.Count * _topology.MessageLength([], 1));
            _topology.HelperInit(VerifyKey, Ctx, [], Helper.ToArray(), Initialize, HelperOutcomes, [], messages, HelperOutShares);
            Finish = Split(messages, _topology.MessageLength([], 1));
        }

        public void RunLeaderContinue()
        {
            VerifyOutcome[] initial = [.. LeaderOutcomes];
            LeaderOutShares = Dirty(Leader.Count * Vdaf.OutShareLength([]));
            _topology.Continue(Ctx, [], 1, _states, Finish, LeaderOutcomes, [], [], LeaderOutShares);
            for (int i = 0; i < initial.Length; i++)
            {
                LeaderOutcomes[i] = initial[i] is VerifyOutcome.MalformedInputShare or VerifyOutcome.MalformedPublicShare ? initial[i] : LeaderOutcomes[i];
            }
        }

        public UInt128[] Aggregate()
        {
            byte[] leader = Dirty(Vdaf.AggShareLength([])), helper = Dirty(Vdaf.AggShareLength([])), second = Dirty(Vdaf.AggShareLength([]));
            Vdaf.AggInit([], leader);
            Vdaf.AggInit([], helper);
            Vdaf.AggInit([], second);
            Vdaf.Aggregate([], leader, LeaderOutShares, LeaderOutcomes);

            // The Helper's in two parts, merged.
            Vdaf.Aggregate([], helper, HelperOutShares, [.. HelperOutcomes.Select((outcome, i) => i % 2 == 1 ? outcome : VerifyOutcome.None)]);
            Vdaf.Aggregate([], second, HelperOutShares, [.. HelperOutcomes.Select((outcome, i) => i % 2 == 0 ? outcome : VerifyOutcome.None)]);
            Vdaf.Merge([], helper, second);
            return Vdaf.Unshard([], [leader, helper], (ulong)Leader.Count);
        }

        private static byte[] Dirty(int length) => [.. Enumerable.Repeat((byte)0xAA, length)];

        private static ReadOnlyMemory<byte>[] Split(byte[] messages, int length) =>
            [.. messages.Chunk(length).Select(message => new ReadOnlyMemory<byte>(message))];

        private Batch Part(int[] indices)
        {
            Batch part = new(_variant, 0) { VerifyKey = VerifyKey };
            part.Values.AddRange(indices.Select(i => Values[i]));
            part.Leader.AddRange(indices.Select(i => Leader[i]));
            part.Helper.AddRange(indices.Select(i => Helper[i]));
            return part;
        }
    }
}
