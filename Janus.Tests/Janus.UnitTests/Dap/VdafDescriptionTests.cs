using Janus.Dap;
using Janus.Messages;
using Janus.UnitTests.Messages;
using Janus.Vdaf;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class VdafDescriptionTests
{
    [TestCase("count", VdafType.Prio3Count, "", "count")]
    [TestCase("sum:1000", VdafType.Prio3Sum, "00000000000003e8", "sum:1000")]
    [TestCase("sumvec:10:255:3", VdafType.Prio3SumVec, "0000000a00000000000000ff00000003", "sumvec:10:255:3")]
    [TestCase("histogram:100:10", VdafType.Prio3Histogram, "000000640000000a", "histogram:100:10")]
    [TestCase("multihot:10:5:3", VdafType.Prio3MultihotCountVec, "0000000a000000030000000000000005", "multihot:10:5:3")]
    [TestCase(" SumVec:10:255:3 ", VdafType.Prio3SumVec, "0000000a00000000000000ff00000003", "sumvec:10:255:3")]
    public void Text_configuration_and_vdaf_agree(string text, VdafType type, string configuration, string canonical)
    {
        VdafDescription description = VdafDescription.Parse(text);

        Assert.That(description.Type, Is.EqualTo(type));
        Assert.That(Convert.ToHexStringLower(description.EncodeConfiguration()), Is.EqualTo(configuration));
        Assert.That(description.ToString(), Is.EqualTo(canonical));
        Assert.That(VdafDescription.Parse(canonical), Is.EqualTo(description));
        Assert.That(VdafDescription.Decode(type, Convert.FromHexString(configuration)), Is.EqualTo(description));
        Assert.That(description.ToVdaf().AlgorithmId, Is.EqualTo((uint)type));
    }

    [TestCase("sumvec:1000:1")]
    [TestCase("sumvec:100:255")]
    [TestCase("histogram:10000")]
    [TestCase("multihot:500:7")]
    public void A_chunk_length_near_the_square_root_is_chosen(string text)
    {
        Prio3VectorDescription description = (Prio3VectorDescription)VdafDescription.Parse(text);

        Assert.That(description.ChunkLength, Is.InRange(10, 400));
        Assert.That(VdafDescription.Parse(description.ToString()), Is.EqualTo(description));
    }

    [Test]
    public void Parameters_reach_the_vdaf()
    {
        Assert.That(VdafDescription.Histogram(17).ToVdaf().OutputLength, Is.EqualTo(17));
        Assert.That(VdafDescription.SumVec(12, 255).ToVdaf().OutputLength, Is.EqualTo(12));
        Assert.That(VdafDescription.MultihotCountVec(9, 3).ToVdaf().OutputLength, Is.EqualTo(9));
    }

    [TestCase("")]
    [TestCase("mean:3")]
    [TestCase("count:1")]
    [TestCase("sum")]
    [TestCase("sum:")]
    [TestCase("sum:-1")]
    [TestCase("sum:0")]
    [TestCase("sum:1,5")]
    [TestCase("sum:18446744073709551615")]
    [TestCase("sum:99999999999999999999")]
    [TestCase("sumvec:10")]
    [TestCase("sumvec:0:1")]
    [TestCase("sumvec:10:1:0")]
    [TestCase("sumvec:10:1:1:1")]
    [TestCase("sumvec:2147483647:4294967295")]
    [TestCase("histogram:0")]
    [TestCase("histogram:x")]
    [TestCase("histogram:5,5")]
    [TestCase("histogram:5,4")]
    [TestCase("histogram:5,")]
    [TestCase("multihot:5:6")]
    [TestCase("multihot:5:0")]
    [TestCase("multihot:5:18446744073709551615")]
    public void Text_that_is_no_vdaf_is_refused(string text) =>
        Assert.That(() => VdafDescription.Parse(text), Throws.TypeOf<UnsupportedVdafException>());

    [Test]
    public void A_refusal_tells_what_was_expected()
    {
        Assert.That(() => VdafDescription.Parse("mean:3"), Throws.TypeOf<UnsupportedVdafException>().With.Message.StartsWith("\"mean:3\": expected count, sum:MAX, "));
        Assert.That(() => VdafDescription.Parse("sum:x"), Throws.TypeOf<UnsupportedVdafException>().With.Message.EqualTo("\"sum:x\": expected a maximum, got \"x\""));
    }

    [TestCase(VdafType.Poplar1, "0100")]
    [TestCase(VdafType.Reserved, "")]
    [TestCase((VdafType)0xffff1002, "")]
    [TestCase(VdafType.Prio3Count, "00")]
    [TestCase(VdafType.Prio3Sum, "00")]
    [TestCase(VdafType.Prio3Sum, "00000000000003e800")]
    [TestCase(VdafType.Prio3Sum, "0000000000000000")]
    [TestCase(VdafType.Prio3Histogram, "ffffffff0000000a")]
    [TestCase(VdafType.Prio3Histogram, "0000000a00000000")]
    public void A_configuration_that_is_not_supported_is_refused(VdafType type, string configuration) =>
        Assert.That(
            () => VdafDescription.Decode(type, Convert.FromHexString(configuration)),
            Throws.TypeOf<UnsupportedVdafException>());

    [Test]
    public void A_task_tells_its_vdaf()
    {
        IVdaf vdaf = VdafDescription.Of(Samples.TaskConfiguration).ToVdaf();

        Assert.That(vdaf.Name, Is.EqualTo("Prio3Sum(255)"));
    }
}
