using Janus.Collector;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;

namespace Janus.IntegrationTests.EndToEnd;

[TestFixture(false)]
[TestFixture(true)]
public sealed class RejectedReportTests(bool asynchronous) : EndToEndFixture(asynchronous)
{
    private const int Good = 30;

    // Each has a fault that the Leader cannot see at upload.
    private static readonly Action<Forgery>[] Faults =
    [
        forgery => forgery.HelperShare[0] ^= 1,
        forgery => forgery.HelperShare[^1] ^= 0x80,
        forgery => forgery.LeaderShare[0] ^= 1,
        forgery => forgery.LeaderShare[^1] ^= 1,
        forgery => forgery.LeaderShare.AsSpan().Fill(byte.MaxValue),
        forgery => forgery.HelperExtensions = [new ReportExtension((ReportExtensionType)0xff00, ReadOnlyMemory<byte>.Empty)],
        forgery => forgery.HelperShare = forgery.HelperShare[..^1],
        forgery => forgery.HelperConfigId = new HpkeConfigId(200),
        forgery => forgery.IsHelperCiphertextDamaged = true,
    ];

    private static readonly Action<Forgery>[] PublicShareFaults = [forgery => forgery.PublicShare[0] ^= 1, forgery => forgery.PublicShare[^1] ^= 1];

    private static IEnumerable<TestCaseData> Vdafs() =>
        from vdaf in (VdafDescription[])[VdafDescription.Count(), VdafDescription.Histogram(6)]
        from batchMode in (BatchMode[])[BatchMode.TimeInterval, BatchMode.LeaderSelected]
        select new TestCaseData(vdaf, batchMode).SetArgDisplayNames($"{vdaf}", $"{batchMode}");

    [TestCaseSource(nameof(Vdafs))]
    [CancelAfter(120_000)]
    public async Task Reports_that_do_not_verify_are_left_out_by_both_sides(VdafDescription vdaf, BatchMode batchMode)
    {
        DeployedTask task = await AddTaskAsync(vdaf, batchMode, Good);
        Action<Forgery>[] faults = vdaf.Type == VdafType.Prio3Histogram ? [.. Faults, .. PublicShareFaults] : Faults;
        TestMeasurement[] good = Measurements(vdaf, 2 * Good);
        await task.UploadAsync(good[..10], Then, Token);
        Assert.That(await task.PostAsync(await ForgeAsync(task, faults), Token), Is.Empty);
        await task.UploadAsync(good[10..Good], Then, Token);
        await task.WaitForNothingPendingAsync(Token);
        await AssertAggregatedByBothAsync(task, Good);

        // In leader-selected mode, these fill up the batches that were left with gaps.
        await task.UploadAsync(good[Good..], Then, Token);
        List<CollectionResult> results = [await task.CollectAsync(Then, Token)];
        if (batchMode == BatchMode.LeaderSelected)
        {
            results.Add(await task.CollectAsync(Then, Token));
        }

        AssertAggregate(results, good);
        await AssertAggregatedByBothAsync(task, good.Length);
    }

    [TestCase(BatchMode.TimeInterval)]
    [TestCase(BatchMode.LeaderSelected)]
    [CancelAfter(120_000)]
    public async Task Jobs_of_nothing_but_invalid_reports_leave_nothing_behind(BatchMode batchMode)
    {
        DeployedTask task = await AddTaskAsync(VdafDescription.Count(), batchMode, Good);
        foreach (Action<Forgery> fault in (Action<Forgery>[])[Faults[4], Faults[0]])
        {
            Assert.That(await task.PostAsync(await ForgeAsync(task, [fault, fault]), Token), Is.Empty);
            await task.WaitForNothingPendingAsync(Token);
        }

        await AssertAggregatedByBothAsync(task, 0);
        TestMeasurement[] good = await UploadAsync(task, Good);
        AssertAggregate(await task.CollectAsync(Then, Token), good);
    }

    private static async Task<Report[]> ForgeAsync(DeployedTask task, Action<Forgery>[] faults)
    {
        HpkeConfig leader = await task.HpkeConfigAsync(Role.Leader, Token);
        HpkeConfig helper = await task.HpkeConfigAsync(Role.Helper, Token);
        return [.. faults.Select(fault =>
        {
            Forgery forgery = new(task);
            fault(forgery);
            return forgery.Seal(leader, helper);
        })];
    }

    /// <summary>The parts of a valid report, to be damaged before or after they are encrypted.</summary>
    private sealed class Forgery
    {
        private readonly DeployedTask _task;
        private readonly ReportMetadata _metadata;

        public Forgery(DeployedTask task)
        {
            _task = task;
            _metadata = new ReportMetadata(ReportId.Random(), Time.FromDateTimeOffset(Then, task.Configuration.TimePrecision), []);
            ShardedReport shares = task.Vdaf.ToVdaf().Shard(
                DapVersion.Newest.VdafContext(task.Id), Measurements(task.Vdaf, 1)[0].Measurement, _metadata.ReportId.ToArray());
            PublicShare = shares.PublicShare;
            LeaderShare = shares.InputShares[0];
            HelperShare = shares.InputShares[1];
        }

        public byte[] PublicShare { get; }

        public byte[] LeaderShare { get; }

        public byte[] HelperShare { get; set; }

        public IReadOnlyList<ReportExtension> HelperExtensions { get; set; } = [];

        public HpkeConfigId? HelperConfigId { get; set; }

        public bool IsHelperCiphertextDamaged { get; set; }

        public Report Seal(HpkeConfig leader, HpkeConfig helper)
        {
            HpkeCiphertext toLeader = new InputShareSealer(DapVersion.Newest, _task.Id, _task.Configuration, Role.Leader, leader)
                .Seal(_metadata, PublicShare, new PlaintextInputShare([], LeaderShare));
            HpkeCiphertext toHelper = new InputShareSealer(DapVersion.Newest, _task.Id, _task.Configuration, Role.Helper, helper)
                .Seal(_metadata, PublicShare, new PlaintextInputShare(HelperExtensions, HelperShare));
            if (HelperConfigId is { } unknown)
            {
                toHelper = toHelper with { ConfigId = unknown };
            }

            if (IsHelperCiphertextDamaged)
            {
                byte[] payload = toHelper.Payload.ToArray();
                payload[payload.Length / 2] ^= 4;
                toHelper = toHelper with { Payload = payload };
            }

            return new Report(_metadata, PublicShare, toLeader, toHelper);
        }
    }
}
