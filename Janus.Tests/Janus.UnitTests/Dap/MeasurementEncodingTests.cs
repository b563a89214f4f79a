using Janus.Dap;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class MeasurementEncodingTests
{
    [TestCase("count", "1", new ulong[] { 1 })]
    [TestCase("count", "true", new ulong[] { 1 })]
    [TestCase("count", " FALSE ", new ulong[] { 0 })]
    [TestCase("sum:255", "0", new ulong[] { 0 })]
    [TestCase("sum:255", "255", new ulong[] { 255 })]
    [TestCase("sumvec:3:10", "1;2;10", new ulong[] { 1, 2, 10 })]
    [TestCase("sumvec:3:10", " 1 2  10 ", new ulong[] { 1, 2, 10 })]
    [TestCase("multihot:4:2", "1;0;true;0", new ulong[] { 1, 0, 1, 0 })]
    [TestCase("histogram:4", "3", new ulong[] { 0, 0, 0, 1 })]
    [TestCase("histogram:0,50,60", "-1", new ulong[] { 1, 0, 0, 0 })]
    [TestCase("histogram:0,50,60", "0", new ulong[] { 0, 1, 0, 0 })]
    [TestCase("histogram:0,50,60", "49.99", new ulong[] { 0, 1, 0, 0 })]
    [TestCase("histogram:0,50,60", "50", new ulong[] { 0, 0, 1, 0 })]
    [TestCase("histogram:0,50,60", "60", new ulong[] { 0, 0, 0, 1 })]
    [TestCase("histogram:0,50,60", "1000000", new ulong[] { 0, 0, 0, 1 })]
    [TestCase("histogram:-0.5,0.5", "0", new ulong[] { 0, 1, 0 })]
    public void A_measurement_counts_where_it_should(string vdaf, string text, ulong[] expected)
    {
        MeasurementEncoding encoding = MeasurementEncoding.Parse(vdaf);

        Assert.That(ResultOf((Prio3)encoding.Vdaf.ToVdaf(), encoding.Read(text)), Is.EqualTo(expected.Select(value => (UInt128)value)));
    }

    [TestCase("count", "2", "expected 0 or 1, no or yes, false or true, got \"2\"")]
    [TestCase("count", "", "expected 0 or 1, no or yes, false or true, got \"\"")]
    [TestCase("sum:255", "300", "300 is above the maximum 255")]
    [TestCase("sum:255", "99999999999999999999999", "99999999999999999999999 is above the maximum 255")]
    [TestCase("sum:255", "-1", "expected a whole number from 0 to 255, got \"-1\"")]
    [TestCase("sum:255", "1.5", "expected a whole number from 0 to 255, got \"1.5\"")]
    [TestCase("sum:255", "", "expected a whole number from 0 to 255, got \"\"")]
    [TestCase("sumvec:3:10", "1;2", "expected 3 elements, got 2")]
    [TestCase("sumvec:3:10", "1;2;11", "11 is above the maximum 10")]
    [TestCase("multihot:4:2", "1;1;1;0", "3 ones are above the maximum weight 2")]
    [TestCase("multihot:4:2", "1;2;0;0", "expected 0 or 1, no or yes, false or true, got \"2\"")]
    [TestCase("histogram:4", "4", "4 is above the last bucket 3")]
    [TestCase("histogram:0,50", "tall", "expected a number, got \"tall\"")]
    public void A_measurement_that_the_vdaf_does_not_have_is_refused(string vdaf, string text, string message) =>
        Assert.That(
            () => MeasurementEncoding.Parse(vdaf).Read(text), Throws.TypeOf<FormatException>().With.Message.EqualTo(message));

    [Test]
    public void Elements_of_the_result_have_labels()
    {
        Assert.That(MeasurementEncoding.Parse("count").Labels, Is.EqualTo(new[] { "count" }));
        Assert.That(MeasurementEncoding.Parse("sum:9").Labels, Is.EqualTo(new[] { "sum" }));
        Assert.That(MeasurementEncoding.Parse("sumvec:2:9").Labels, Is.EqualTo(new[] { "0", "1" }));
        Assert.That(MeasurementEncoding.Parse("histogram:2").Labels, Is.EqualTo(new[] { "0", "1" }));
        Assert.That(
            MeasurementEncoding.Parse("histogram:0,50,60.5").Labels,
            Is.EqualTo(new[] { "below 0", "[0, 50)", "[50, 60.5)", "60.5 and above" }));
    }

    [Test]
    public void Boundaries_make_one_bucket_more_and_survive_as_text()
    {
        MeasurementEncoding encoding = MeasurementEncoding.Parse("histogram:0,50,60,70,80,90");

        Assert.That(encoding.Vdaf.Length, Is.EqualTo(7));
        Assert.That(MeasurementEncoding.Parse(encoding.ToString()).Boundaries, Is.EqualTo(encoding.Boundaries));
        Assert.That(MeasurementEncoding.Parse(encoding.ToString()).Vdaf, Is.EqualTo(encoding.Vdaf));
        Assert.That(MeasurementEncoding.Parse("histogram:0,50:2").Vdaf, Is.EqualTo(VdafDescription.Histogram(3, 2)));
    }

    [Test]
    public void Boundaries_must_fit_the_histogram()
    {
        Assert.That(() => new MeasurementEncoding(VdafDescription.Histogram(3), [1, 2]), Throws.Nothing);
        Assert.That(() => new MeasurementEncoding(VdafDescription.Histogram(4), [1, 2]), Throws.ArgumentException);
        Assert.That(() => new MeasurementEncoding(VdafDescription.Histogram(3), [2, 2]), Throws.ArgumentException);
        Assert.That(() => new MeasurementEncoding(VdafDescription.Histogram(1), []), Throws.ArgumentException);
        Assert.That(() => new MeasurementEncoding(VdafDescription.SumVec(3, 5), [1, 2]), Throws.ArgumentException);
    }

    // A measurement keeps its value to itself, so it is carried through the VDAF.
    private static UInt128[] ResultOf(Prio3 vdaf, Measurement measurement)
    {
        byte[] ctx = [1];
        byte[] nonce = new byte[vdaf.NonceSize];
        byte[] verifyKey = new byte[vdaf.VerifyKeySize];
        ShardedReport report = vdaf.Shard(ctx, measurement, nonce);
        PingPongTopology topology = new(vdaf);
        VerifyOutcome[] outcomes = new VerifyOutcome[1];
        byte[] state = new byte[topology.StateLength([], 0)];
        byte[] initialize = new byte[topology.MessageLength([], 0)];
        byte[] finish = new byte[topology.MessageLength([], 1)];
        byte[] leaderShare = new byte[vdaf.OutShareLength([])];
        byte[] helperShare = new byte[vdaf.OutShareLength([])];
        topology.LeaderInit(verifyKey, ctx, [], [Input(0)], outcomes, state, initialize);
        topology.HelperInit(verifyKey, ctx, [], [Input(1)], [initialize], outcomes, [], finish, helperShare);
        topology.Continue(ctx, [], 1, state, [finish], outcomes, [], [], leaderShare);
        Assert.That(outcomes, Is.All.EqualTo(VerifyOutcome.Finished));

        // With a single report, the out share is the aggregate share.
        return vdaf.Unshard([], [leaderShare, helperShare], 1);

        VerifyInput Input(int aggregatorId) => new(nonce, report.PublicShare, report.InputShares[aggregatorId]);
    }
}
