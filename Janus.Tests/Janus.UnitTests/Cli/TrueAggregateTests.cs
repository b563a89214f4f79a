using Janus.Cli.Demo;
using Janus.Dap;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class TrueAggregateTests
{
    [TestCase("count", "yes|No|TRUE|false|1|0", "3")]
    [TestCase("multihot:3:3", "yes;no;true|1;0;0", "2 0 1")]
    [TestCase("sum:10", "3|7", "10")]
    public void Texts_add_up_as_their_measurements_do(string vdaf, string texts, string expected)
    {
        MeasurementEncoding encoding = MeasurementEncoding.Parse(vdaf);
        string[] cells = texts.Split('|');
        Assert.That(string.Join(' ', TrueAggregate.Of(encoding.Vdaf, cells.Select(encoding.Read))), Is.EqualTo(expected));
    }
}
