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
            Assert.That(interval.ToString(Hour), Is.EqualTo("2026-01-31T08:00:00Z/7200s"));
            Assert.That(() => TimeAlignment.ToInterval(eight.AddMinutes(1), TimeSpan.FromHours(2), Hour), Throws.TypeOf<CliException>().With.Message.Contains("start"));
            Assert.That(() => TimeAlignment.ToInterval(eight, TimeSpan.FromMinutes(90), Hour), Throws.TypeOf<CliException>().With.Message.Contains("duration"));
        });
    }

    [TestCase("last", "2026-11-29T09:00:00Z/3600s")]
    [TestCase("last/1h", "2026-11-29T09:00:00Z/3600s")]
    [TestCase("last/4h", "2026-11-29T04:00:00Z/14400s")]
    [TestCase("last/1d", "2026-11-28T00:00:00Z/86400s")]
    [TestCase("today", "2026-11-29T00:00:00Z/36000s")]
    [TestCase("yesterday", "2026-11-28T00:00:00Z/86400s")]
    [TestCase("2026-01-31T08:00Z/2h", "2026-01-31T08:00:00Z/7200s")]
    public void A_batch_interval_in_words_is_over_and_a_multiple_of_the_time_precision(string text, string expected)
    {
        DateTimeOffset now = new(2026, 11, 29, 10, 59, 59, TimeSpan.Zero);
        Assert.That(BatchIntervalText.Parse(text)(Hour, now).ToString(Hour), Is.EqualTo(expected));
    }

    [TestCase("last/90m", "a duration that is a multiple of the time precision 3600s")]
    [TestCase("today", "today: no interval of the time precision 3600s is over yet")]
    public void A_batch_interval_that_there_is_not_is_told(string text, string expected)
    {
        DateTimeOffset now = new(2026, 11, 29, 0, 59, 59, TimeSpan.Zero);
        Assert.That(() => BatchIntervalText.Parse(text)(Hour, now), Throws.TypeOf<CliException>().With.Message.Contains(expected));
    }

    [TestCase("tomorrow")]
    [TestCase("last/")]
    [TestCase("last/1h/2h")]
    [TestCase("2026-01-31")]
    public void Other_batch_intervals_are_refused(string text) =>
        Assert.That(() => BatchIntervalText.Parse(text), Throws.TypeOf<FormatException>());

    [TestCase("collector.json", "collector.json")]
    [TestCase("my files/collector.json", "'my files/collector.json'")]
    [TestCase("it's", "'it'\\''s'")]
    [TestCase("{\"a\":1}", "'{\"a\":1}'")]
    [TestCase("", "''")]
    public void A_shell_takes_a_word_as_it_is(string word, string expected) =>
        Assert.That(ShellWord.Quote(word), Is.EqualTo(expected));
}
