using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Testing;
using Janus.Vdaf;

namespace Janus.UnitTests.Vdaf;

[TestFixture]
internal sealed class MultiRoundVdafTests
{
    private static readonly string[] BadAggParams =
    [
        string.Empty, "00000000", "000001", "0000000100", "0000000100000000", string.Concat(Enumerable.Repeat("00000001", 17)),
    ];

    [Test]
    public void All_lengths_differ_by_round_and_aggregation_parameter()
    {
        MultiRoundVdaf vdaf = new(MultiRoundVdaf.MaximumRounds);
        byte[][] aggParams = [MultiRoundVdaf.AggParam(9), MultiRoundVdaf.AggParam(9, 8), [.. Enumerable.Repeat((byte)1, 64)]];
        foreach (Func<byte[], int, int> length in new Func<byte[], int, int>[]
        {
            (aggParam, round) => vdaf.VerifyStateLength(aggParam, round),
            (aggParam, round) => vdaf.VerifierShareLength(aggParam, round),
            (aggParam, round) => vdaf.VerifierMessageLength(aggParam, round),
        })
        {
            foreach (byte[] aggParam in aggParams)
            {
                Assert.That(Enumerable.Range(0, vdaf.Rounds).Select(round => length(aggParam, round)), Is.Unique);
            }

            Assert.That(aggParams.Select(aggParam => length(aggParam, 0)), Is.Unique);
        }

        Assert.That(aggParams.Select(aggParam => vdaf.OutShareLength(aggParam)), Is.EqualTo(new[] { 8, 16, 128 }));
        Assert.That(aggParams.Select(aggParam => vdaf.AggShareLength(aggParam)), Is.EqualTo(new[] { 16, 24, 136 }));
        Assert.That(vdaf.InputShareLength(0), Is.Not.EqualTo(vdaf.InputShareLength(1)));
    }

    [TestCaseSource(nameof(BadAggParams))]
    public void Malformed_aggregation_parameter_is_not_valid(string aggParam) =>
        Assert.That(new MultiRoundVdaf(2).IsValidAggParam(Convert.FromHexString(aggParam)), Is.False);

    [Test]
    public void Measurement_that_it_does_not_accept_is_refused()
    {
        ulong[] bad =
        [
            1UL << 48,
            MultiRoundVdaf.Flawed(1, 1, MultiRoundFlaw.None),
            MultiRoundVdaf.Flawed(1, 0, (MultiRoundFlaw)4),
            MultiRoundVdaf.Flawed(1, 2, MultiRoundFlaw.VerifierShares),
            MultiRoundVdaf.Flawed(1, 1, MultiRoundFlaw.Helper),
        ];
        foreach (ulong measurement in bad)
        {
            Assert.That(
                () => new MultiRoundVdaf(2).Shard([], Measurement.FromNumber(measurement), new byte[16]),
                Throws.TypeOf<InvalidMeasurementException>(),
                $"{measurement:x}");
        }

        Assert.That(() => new MultiRoundVdaf(2).Shard([], Measurement.FromVector(1), new byte[16]), Throws.TypeOf<InvalidMeasurementException>());
        Assert.That(
            () => new MultiRoundVdaf(3).Shard([], Measurement.FromNumber(MultiRoundVdaf.Flawed(1, 2, MultiRoundFlaw.Leader)), new byte[16]),
            Throws.TypeOf<InvalidMeasurementException>());
        Assert.That(
            () => new MultiRoundVdaf(3).Shard([], Measurement.FromNumber(MultiRoundVdaf.Flawed(1, 2, MultiRoundFlaw.Helper)), new byte[16]),
            Throws.Nothing);
    }

    [Test]
    public void Aggregate_share_of_another_number_of_reports_is_refused()
    {
        MultiRoundVdaf vdaf = new(1);
        byte[] aggParam = MultiRoundVdaf.AggParam(1), two = new byte[16], one = new byte[16];
        vdaf.AggUpdate(aggParam, two, new byte[8]);
        vdaf.AggUpdate(aggParam, two, new byte[8]);
        vdaf.AggUpdate(aggParam, one, new byte[8]);

        Assert.That(() => vdaf.Unshard(aggParam, [two, one], 2), Throws.TypeOf<DecodeException>());
        Assert.That(() => vdaf.Unshard(aggParam, [two, two], 3), Throws.TypeOf<DecodeException>());
        Assert.That(vdaf.Unshard(aggParam, [two, two], 2), Is.EqualTo(new UInt128[] { 0 }));
        Assert.That(() => vdaf.AggUpdate(aggParam, one, [.. Enumerable.Repeat((byte)0xFF, 8)]), Throws.TypeOf<DecodeException>());
        Assert.That(one[^8..], Is.EqualTo(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }));
    }

    [TestCase(1, true)]
    [TestCase(5, true)]
    [TestCase(8, false)]
    public void Task_configuration_tells_it(int rounds, bool hasAggParam)
    {
        MultiRoundVdaf vdaf = new(rounds, hasAggParam);

        IVdaf read = new TestVdafs().Create(Configuration(MultiRoundVdaf.Type, vdaf.EncodeConfiguration()));

        Assert.That(read.Rounds, Is.EqualTo(rounds));
        Assert.That(read.HasAggParam, Is.EqualTo(hasAggParam));
        Assert.That(read.Name, Is.EqualTo(vdaf.Name));
        Assert.That(read.AlgorithmId, Is.GreaterThanOrEqualTo(0xFFFF_0000));
    }

    [TestCase("")]
    [TestCase("01")]
    [TestCase("0001")]
    [TestCase("0901")]
    [TestCase("0102")]
    [TestCase("010100")]
    public void Malformed_task_configuration_is_not_supported(string configuration) =>
        Assert.That(
            () => new TestVdafs().Create(Configuration(MultiRoundVdaf.Type, Convert.FromHexString(configuration))),
            Throws.TypeOf<UnsupportedVdafException>());

    [Test]
    public void Vdafs_of_the_draft_are_supported_and_others_only_by_who_adds_them()
    {
        Assert.That(new SupportedVdafs().Create(Configuration(VdafType.Prio3Count, [])).Name, Is.EqualTo("Prio3Count"));
        Assert.That(new TestVdafs().Create(Configuration(VdafType.Prio3Count, [])).Name, Is.EqualTo("Prio3Count"));
        Assert.That(
            () => new SupportedVdafs().Create(Configuration(MultiRoundVdaf.Type, new MultiRoundVdaf(2).EncodeConfiguration())),
            Throws.TypeOf<UnsupportedVdafException>());
    }

    private static TaskConfiguration Configuration(VdafType type, byte[] configuration) => new(new TaskConfigurationFields
    {
        TaskInfo = "a test"u8.ToArray(),
        LeaderAggregatorEndpoint = new Url("https://leader.example/"),
        HelperAggregatorEndpoint = new Url("https://helper.example/"),
        TimePrecision = new TimePrecision(60),
        MinBatchSize = 1,
        BatchMode = BatchMode.TimeInterval,
        VdafType = type,
        VdafConfiguration = configuration,
    });
}
