using System.Security.Cryptography;
using Janus.UnitTests.Vdaf.Prio3Tests;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Vdaf.PingPong;

/// <summary>
/// A batch of reports on its way between two aggregators. Step n sends message n; the one after the last message only
/// takes it. A report that was rejected goes on with the zeros that it left.
/// </summary>
internal sealed class Exchange
{
    private Exchange(IVdaf vdaf, byte[] aggParam, byte[] verifyKey)
    {
        Vdaf = vdaf;
        AggParam = aggParam;
        VerifyKey = verifyKey;
        Ctx = Variant.ContextOf(vdaf);
        Topology = new PingPongTopology(vdaf);
        Outcomes = new VerifyOutcome[LastStep + 1][];
        States = new byte[LastStep + 1][];
        Messages = new ReadOnlyMemory<byte>[LastStep + 1][];
        OutShares = new byte[LastStep + 1][];
    }

    public Exchange(IVdaf vdaf, byte[] aggParam, params IEnumerable<Measurement> measurements)
        : this(vdaf, aggParam, RandomNumberGenerator.GetBytes(vdaf.VerifyKeySize))
    {
        foreach (Measurement measurement in measurements)
        {
            byte[] nonce = RandomNumberGenerator.GetBytes(vdaf.NonceSize);
            ShardedReport shares = vdaf.Shard(Ctx, measurement, nonce);
            Leader.Add(new VerifyInput(nonce, shares.PublicShare, shares.InputShares[0]));
            Helper.Add(new VerifyInput(nonce, shares.PublicShare, shares.InputShares[1]));
        }
    }

    public IVdaf Vdaf { get; }

    public PingPongTopology Topology { get; }

    /// <summary>The last step, which takes the last message.</summary>
    public int LastStep => Vdaf.Rounds + 1;

    public byte[] Ctx { get; set; }

    public byte[] AggParam { get; set; }

    public byte[] VerifyKey { get; set; }

    public List<VerifyInput> Leader { get; } = [];

    public List<VerifyInput> Helper { get; } = [];

    /// <summary>By step and report.</summary>
    public VerifyOutcome[][] Outcomes { get; }

    /// <summary>By step, the states of all reports.</summary>
    public byte[][] States { get; }

    /// <summary>By step and report.</summary>
    public ReadOnlyMemory<byte>[][] Messages { get; }

    /// <summary>By step, the out shares of all reports: those of the last two steps.</summary>
    public byte[][] OutShares { get; }

    public int Count => Leader.Count;

    /// <summary>One report with what it has in the given step.</summary>
    public byte[] OutShare(int step, int report)
    {
        int length = Vdaf.OutShareLength(AggParam);
        return OutShares[step].AsSpan(report * length, length).ToArray();
    }

    public Exchange Part(params IEnumerable<int> reports)
    {
        Exchange part = new(Vdaf, AggParam, VerifyKey);
        part.Leader.AddRange(reports.Select(report => Leader[report]));
        part.Helper.AddRange(reports.Select(report => Helper[report]));
        return part;
    }

    public void Run(int first = 0)
    {
        for (int step = first; step <= LastStep; step++)
        {
            Step(step);
        }
    }

    public void Step(int step)
    {
        bool last = step == LastStep, finished = step > 0 && Topology.IsFinishedBy(step - 1);
        int messageLength = last ? 0 : Topology.MessageLength(AggParam, step);
        Outcomes[step] = new VerifyOutcome[Count];
        States[step] = Dirty(last ? 0 : Count * Topology.StateLength(AggParam, step));
        OutShares[step] = Dirty(finished ? Count * Vdaf.OutShareLength(AggParam) : 0);
        byte[] messages = Dirty(Count * messageLength);
        switch (step)
        {
            case 0:
                Topology.LeaderInit(VerifyKey, Ctx, AggParam, Leader.ToArray(), Outcomes[0], States[0], messages);
                break;
            case 1:
                Topology.HelperInit(
                    VerifyKey, Ctx, AggParam, Helper.ToArray(), Messages[0], Outcomes[1], States[1], messages, OutShares[1]);
                break;
            default:
                Topology.Continue(
                    Ctx, AggParam, step - 1, States[step - 2], Messages[step - 1], Outcomes[step], States[step], messages, OutShares[step]);
                break;
        }

        Messages[step] = [.. messages.Chunk(Math.Max(1, messageLength)).Select(message => new ReadOnlyMemory<byte>(message))];
    }

    /// <summary>The step in which a report was rejected first, or <see langword="null"/>.</summary>
    public int? RejectedIn(int report)
    {
        int step = Array.FindIndex(Outcomes, outcomes =>
            outcomes is not null && outcomes[report] is not (VerifyOutcome.Continued or VerifyOutcome.Finished));
        return step < 0 ? null : step;
    }

    /// <summary>Both aggregate shares over the reports that are finished, the Leader's first.</summary>
    public (byte[][] AggShares, int Reports) Aggregate()
    {
        byte[][] aggShares = [.. Enumerable.Range(0, 2).Select(_ => Dirty(Vdaf.AggShareLength(AggParam)))];
        int reports = 0;
        for (int step = Vdaf.Rounds; step <= LastStep; step++)
        {
            Vdaf.AggInit(AggParam, aggShares[step % 2]);
            reports = Vdaf.Aggregate(AggParam, aggShares[step % 2], OutShares[step], Outcomes[step]);
        }

        return (aggShares, reports);
    }

    private static byte[] Dirty(int length) => [.. Enumerable.Repeat((byte)0xAA, length)];
}
