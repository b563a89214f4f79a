using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Client;

/// <summary>A task with the keys of everybody who takes part in it.</summary>
internal sealed class TestTask : IDisposable
{
    private readonly byte[] _verifyKey = RandomNumberGenerator.GetBytes(32);

    public TestTask(Uri server, VdafDescription vdaf, BatchMode batchMode = BatchMode.TimeInterval)
    {
        Configuration = new TaskConfiguration(new TaskConfigurationFields
        {
            TaskInfo = "a task for tests"u8.ToArray(),
            LeaderAggregatorEndpoint = new Url(server.AbsoluteUri + "leader/"),
            HelperAggregatorEndpoint = new Url(server.AbsoluteUri + "helper"),
            TimePrecision = new TimePrecision(3600),
            MinBatchSize = 1,
            BatchMode = batchMode,
            VdafType = vdaf.Type,
            VdafConfiguration = vdaf.EncodeConfiguration(),
        });
        Vdaf = (Prio3)vdaf.ToVdaf();
    }

    public TaskId Id { get; } = TaskId.Random();

    public TaskConfiguration Configuration { get; }

    public Prio3 Vdaf { get; }

    public TestKey Leader { get; } = new(1);

    public TestKey Helper { get; } = new(2);

    public TestKey Collector { get; } = new(3);

    public BearerToken CollectorToken { get; } = BearerToken.Generate();

    /// <summary>Opens the reports with real keys, verifies them between both Aggregators, and adds up what is valid.</summary>
    public (byte[] Leader, byte[] Helper, ulong Count) Aggregate(IReadOnlyList<Report> reports, TestKey? leader = null)
    {
        byte[] context = DapVersion.Newest.VdafContext(Id);
        VerifyInput[] leaderInputs = Open(reports, Role.Leader, leader ?? Leader);
        VerifyInput[] helperInputs = Open(reports, Role.Helper, Helper);
        PingPongTopology pingPong = new(Vdaf);
        int count = reports.Count;
        VerifyOutcome[] outcomes = new VerifyOutcome[count];
        byte[] states = new byte[count * pingPong.StateLength([], 0)];
        byte[] initialize = new byte[count * pingPong.MessageLength([], 0)];
        pingPong.LeaderInit(_verifyKey, context, [], leaderInputs, outcomes, states, initialize);
        byte[] finish = new byte[count * pingPong.MessageLength([], 1)];
        byte[] helperOutShares = new byte[count * Vdaf.OutShareLength([])];
        pingPong.HelperInit(
            _verifyKey, context, [], helperInputs, Cut(initialize, count), outcomes, [], finish, helperOutShares);
        byte[] leaderOutShares = new byte[count * Vdaf.OutShareLength([])];
        pingPong.Continue(context, [], 1, states, Cut(finish, count), outcomes, [], [], leaderOutShares);
        byte[] leaderShare = new byte[Vdaf.AggShareLength([])];
        byte[] helperShare = new byte[Vdaf.AggShareLength([])];
        int valid = Vdaf.Aggregate([], leaderShare, leaderOutShares, outcomes);
        Vdaf.Aggregate([], helperShare, helperOutShares, outcomes);
        return (leaderShare, helperShare, (ulong)valid);
    }

    public UInt128[] AggregateResult(IReadOnlyList<Report> reports, TestKey? leader = null)
    {
        (byte[] leaderShare, byte[] helperShare, ulong count) = Aggregate(reports, leader);
        Assert.That(count, Is.EqualTo((ulong)reports.Count), "a report is not valid");
        return Vdaf.Unshard([], [leaderShare, helperShare], count);
    }

    public void Dispose()
    {
        Leader.Dispose();
        Helper.Dispose();
        Collector.Dispose();
    }

    private static ReadOnlyMemory<byte>[] Cut(byte[] adjacent, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (ReadOnlyMemory<byte>)adjacent.AsMemory(i * (adjacent.Length / count), adjacent.Length / count))];

    private VerifyInput[] Open(IReadOnlyList<Report> reports, Role server, TestKey key)
    {
        InputShareOpener opener = new(DapVersion.Newest, Id, Configuration, new InputShareRecipients(DapVersion.Newest, server, [(key.Config, key.KeyPair)]));
        return [.. reports.Select(report =>
        {
            HpkeCiphertext ciphertext = server == Role.Leader ? report.LeaderEncryptedInputShare : report.HelperEncryptedInputShare;
            bool opened = opener.TryOpen(report.ReportMetadata, report.PublicShare.Span, ciphertext, out PlaintextInputShare? share, out _);
            Assert.That(opened, Is.True, $"the {server} cannot open its input share");
            return new VerifyInput(report.ReportMetadata.ReportId.ToArray(), report.PublicShare, share!.Payload);
        })];
    }
}
