using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.Testing;
using Janus.UnitTests.Messages;
using Janus.Vdaf;
using Janus.Vdaf.PingPong;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class ElementLimitsTests
{
    [TestCase("count")]
    [TestCase("sumvec:100:255")]
    [TestCase("histogram:20")]
    public void A_real_report_with_all_the_extensions_it_can_have_fits(string text)
    {
        Prio3 vdaf = (Prio3)VdafDescription.Parse(text).ToVdaf();
        using HpkeKeyPair keyPair = HpkeKeyPair.Generate(HpkeKemId.P521HkdfSha512);
        HpkeConfig config = HpkeConfigs.Create(new HpkeConfigId(1), HpkeConfigs.MandatorySuite with { Kem = keyPair.Kem }, keyPair);
        ReportExtension[] extensions = [new((ReportExtensionType)1, new byte[ushort.MaxValue - 4])];
        ReportMetadata metadata = new(ReportId.Random(), new Time(1), extensions);
        ShardedReport sharded = vdaf.Shard(
            DapVersion.Newest.VdafContext(Samples.TaskId), Measurement(vdaf, text), metadata.ReportId.ToArray());
        HpkeCiphertext[] ciphertexts = [.. new[] { Role.Leader, Role.Helper }.Select((server, i) =>
            new InputShareSealer(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, server, config)
                .Seal(metadata, sharded.PublicShare, new PlaintextInputShare(extensions, sharded.InputShares[i])))];

        int length = WireMessage.Encode(new Report(metadata, sharded.PublicShare, ciphertexts[0], ciphertexts[1])).Length;

        Assert.That(ElementLimits.Report(vdaf), Is.InRange(length, length + 9000));
        Assert.That(ElementLimits.VerifyInit(vdaf, []), Is.GreaterThan(vdaf.VerifierShareLength([], 0) + ciphertexts[1].Payload.Length));
        Assert.That(ElementLimits.VerifyResp(vdaf, [], 1), Is.EqualTo(16 + 1 + 4 + 5 + vdaf.VerifierMessageLength([], 0)));
    }

    [Test]
    public void Limits_follow_the_message_of_a_vdaf_of_several_rounds()
    {
        MultiRoundVdaf vdaf = new(3);
        byte[] aggParam = MultiRoundVdaf.AggParam(1, 2);
        PingPongTopology topology = new(vdaf);
        ReportId id = ReportId.Random();
        byte[][] messages = [.. Enumerable.Range(0, 4).Select(number => new byte[topology.MessageLength(aggParam, number)])];

        Assert.That(
            ElementLimits.VerifyResp(vdaf, aggParam, 1), Is.EqualTo(WireMessage.Encode(new AggregationJobResp([VerifyResp.Continue(id, messages[1])])).Length));
        Assert.That(
            ElementLimits.VerifyResp(vdaf, aggParam, 3), Is.EqualTo(WireMessage.Encode(new AggregationJobResp([VerifyResp.Continue(id, messages[3])])).Length));
        Assert.That(
            ElementLimits.VerifyResp(vdaf, aggParam, 4),
            Is.EqualTo(WireMessage.Encode(new AggregationJobResp([VerifyResp.Reject(id, ReportError.VdafVerifyError)])).Length));
        Assert.That(
            ElementLimits.VerifyContinue(vdaf, aggParam, 2), Is.EqualTo(ReportId.Length + 4 + messages[2].Length));
        Assert.That(ElementLimits.VerifyInit(vdaf, aggParam), Is.GreaterThan(messages[0].Length));
        Assert.That(() => ElementLimits.VerifyInit(vdaf, []), Throws.ArgumentException);
    }

    private static Measurement Measurement(Prio3 vdaf, string text) => text.StartsWith("sumvec", StringComparison.Ordinal)
        ? MeasurementEncoding.Parse(text).Read(string.Join(';', Enumerable.Repeat("1", vdaf.OutputLength)))
        : MeasurementEncoding.Parse(text).Read("1");
}
