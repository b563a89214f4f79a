using System.Globalization;
using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class TimeTests
{
    private static readonly TimePrecision TenSeconds = new(10);

    [Test]
    public void The_drafts_time_example_holds()
    {
        DateTimeOffset instant = new(2009, 2, 13, 23, 31, 30, TimeSpan.Zero);

        Assert.That(new Time(123_456_789).ToDateTimeOffset(TenSeconds), Is.EqualTo(instant));
        Assert.That(Time.FromDateTimeOffset(instant, TenSeconds), Is.EqualTo(new Time(123_456_789)));
        Assert.That(new Duration(11).ToTimeSpan(TenSeconds), Is.EqualTo(TimeSpan.FromSeconds(110)));
        Assert.That(
            new Interval(new Time(123_456_789), new Duration(11)).End.ToDateTimeOffset(TenSeconds),
            Is.EqualTo(new DateTimeOffset(2009, 2, 13, 23, 33, 20, TimeSpan.Zero)));
    }

    [Test]
    public void The_drafts_batch_bucket_example_holds() =>
        Assert.That(
            Interval.Of(Time.FromDateTimeOffset(DateTimeOffset.FromUnixTimeSeconds(1_729_629_081), new TimePrecision(1000))),
            Is.EqualTo(new Interval(new Time(1_729_629), new Duration(1))));

    [Test]
    public void An_instant_is_rounded_down()
    {
        DateTimeOffset last = DateTimeOffset.FromUnixTimeMilliseconds(19_999);

        Assert.That(Time.FromDateTimeOffset(last, TenSeconds), Is.EqualTo(new Time(1)));
    }

    [Test]
    public void An_instant_before_the_epoch_is_refused() =>
        Assert.That(
            () => Time.FromDateTimeOffset(DateTimeOffset.UnixEpoch.AddSeconds(-1), TenSeconds),
            Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_time_beyond_the_calendar_has_no_instant()
    {
        Assert.That(new Time(253_402_300_799).TryToDateTimeOffset(new TimePrecision(1), out DateTimeOffset last), Is.True);
        Assert.That(last.Year, Is.EqualTo(9999));
        Assert.That(new Time(253_402_300_800).TryToDateTimeOffset(new TimePrecision(1), out _), Is.False);
        Assert.That(new Time(ulong.MaxValue).TryToDateTimeOffset(new TimePrecision(ulong.MaxValue), out _), Is.False);
        Assert.That(() => new Time(ulong.MaxValue).ToDateTimeOffset(TenSeconds), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Arithmetic_is_checked()
    {
        Assert.That(new Time(5) + new Duration(3), Is.EqualTo(new Time(8)));
        Assert.That(new Time(5) - new Time(3), Is.EqualTo(new Duration(2)));
        Assert.That(() => new Time(ulong.MaxValue) + new Duration(1), Throws.TypeOf<OverflowException>());
        Assert.That(() => new Time(3) - new Time(5), Throws.TypeOf<OverflowException>());
    }

    [Test]
    public void Times_are_ordered()
    {
        Assert.That(new Time(1) < new Time(2), Is.True);
        Assert.That(new Time(2) >= new Time(2), Is.True);
        Assert.That(new Duration(3) > new Duration(2), Is.True);
        Assert.That(new[] { new Time(3), new Time(1) }.Min(), Is.EqualTo(new Time(1)));
    }

    [Test]
    public void A_precision_of_zero_is_refused() =>
        Assert.That(() => new TimePrecision(0), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(1.5)]
    [TestCase(15)]
    [TestCase(-10)]
    public void A_time_span_that_is_no_multiple_of_the_precision_is_refused(double seconds) =>
        Assert.That(() => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds), TenSeconds), Throws.ArgumentException);

    [Test]
    public void A_time_span_that_is_a_multiple_becomes_a_duration() =>
        Assert.That(Duration.FromTimeSpan(TimeSpan.FromMinutes(2), TenSeconds), Is.EqualTo(new Duration(12)));

    [Test]
    public void A_duration_too_long_for_a_time_span_is_refused() =>
        Assert.That(() => new Duration(ulong.MaxValue).ToTimeSpan(TenSeconds), Throws.TypeOf<OverflowException>());

    [Test]
    public void Values_print_as_plain_numbers()
    {
        Assert.That(new Time(17).ToString(), Is.EqualTo("17"));
        Assert.That(new Duration(17).ToString(), Is.EqualTo("17"));
        Assert.That(TenSeconds.ToString(), Is.EqualTo("10s"));
        Assert.That(string.Create(CultureInfo.InvariantCulture, $"{new Interval(new Time(5), new Duration(2))}"), Is.EqualTo("[5, +2)"));
    }
}
