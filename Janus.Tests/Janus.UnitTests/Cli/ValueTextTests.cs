using Janus.Cli;
using Janus.Cli.Values;
using Janus.Messages;

namespace Janus.UnitTests.Cli;

[TestFixture]
public sealed class ValueTextTests
{
    private static readonly TimePrecision Hour = new(3600);

    [TestCase("90", 90)]
    [TestCase("90s", 90)]
    [TestCase("5m", 300)]
    [TestCase("2h", 7200)]
    [TestCase("7d", 604_800)]
    public void Durations_are_read(string text, int seconds) =>
        Assert.That(DurationText.Parse(text), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("")]
    [TestCase("0")]
    [TestCase("-1s")]
    [TestCase("1.5h")]
    [TestCase("5mm")]
    [TestCase("1 h")]
    [TestCase("99999999999d")]
    public void Other_durations_are_refused(string text) =>
        Assert.That(() => DurationText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains($"\"{text}\" given"));

    [TestCase("AAGA_w", "000180FF")]
    [TestCase("AAGA_w==", "000180FF")]
    [TestCase("hex:000180ff", "000180FF")]
    [TestCase("hex:00FF", "00FF")]
    [TestCase("hex:", "")]
    [TestCase("", "")]
    public void Aggregation_parameters_are_read(string text, string bytes) =>
        Assert.That(Convert.ToHexString(AggParamText.Parse(text)), Is.EqualTo(bytes));

    [TestCase("hex:0")]
    [TestCase("hex:0g")]
    [TestCase("AAGA+w")]
    [TestCase("A")]
    [TestCase("0x00ff:")]
    public void Other_aggregation_parameters_are_refused(string text) =>
        Assert.That(() => AggParamText.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains($"\"{text}\" given"));

    [TestCase("2026-01-31", "2026-01-31T00:00:00Z")]
    [TestCase("2026-01-31T08:00", "2026-01-31T08:00:00Z")]
    [TestCase("2026-01-31T08:00:05+02:00", "2026-01-31T06:00:05Z")]
    [TestCase("1769846400", "2026-01-31T08:00:00Z")]
    public void Instants_are_read_as_utc(string text, string expected) =>
        Assert.That(InstantText.Format(InstantText.Parse(text)), Is.EqualTo(expected));

    [TestCase("yesterday")]
    [TestCase("31.1.2026")]
    [TestCase("1969-12-31")]
    [TestCase("-1")]
    public void Other_instants_are_refused(string text) =>
        Assert.That(() => InstantText.Parse(text), Throws.TypeOf<FormatException>());

    [Test]
    public void An_interval_is_a_multiple_of_the_time_precision()
    {
        DateTimeOffset eight = InstantText.Parse("2026-01-31T08:00Z");
        Interval interval = TimeAlignment.ToInterval(eight, TimeSpan.FromHours(2), Hour);
        Assert.Multiple(() =>
        {
            Assert.That(interval, Is.EqualTo(new Interval(new Time(1_769_846_400 / 3600), new Duration(2))));
            Assert.That(TimeAlignment.Format(interval, Hour), Is.EqualTo("2026-01-31T08:00:00Z/7200s"));
            Assert.That(() => TimeAlignment.ToInterval(eight.AddMinutes(1), TimeSpan.FromHours(2), Hour), Throws.TypeOf<CliException>().With.Message.Contains("start"));
            Assert.That(() => TimeAlignment.ToInterval(eight, TimeSpan.FromMinutes(90), Hour), Throws.TypeOf<CliException>().With.Message.Contains("duration"));
        });
    }
}
