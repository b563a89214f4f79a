using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class IntervalTests
{
    [TestCase(9ul, false)]
    [TestCase(10ul, true)]
    [TestCase(14ul, true)]
    [TestCase(15ul, false)]
    public void The_start_is_inside_and_the_end_is_not(ulong time, bool inside) =>
        Assert.That(Of(10, 5).Contains(new Time(time)), Is.EqualTo(inside));

    [Test]
    public void An_interval_at_the_end_of_time_contains_its_times()
    {
        Interval last = Of(ulong.MaxValue - 1, 1);

        Assert.That(last.Contains(new Time(ulong.MaxValue - 1)), Is.True);
        Assert.That(last.TryGetEnd(out Time end), Is.True);
        Assert.That(end, Is.EqualTo(new Time(ulong.MaxValue)));
    }

    [Test]
    public void An_end_that_overflows_is_told()
    {
        Interval overflowing = Of(ulong.MaxValue, 1);

        Assert.That(overflowing.TryGetEnd(out _), Is.False);
        Assert.That(() => overflowing.End, Throws.TypeOf<OverflowException>());
        Assert.That(Of(0, ulong.MaxValue).Contains(overflowing), Is.False);
    }

    [TestCase(10ul, 5ul, true)]
    [TestCase(11ul, 3ul, true)]
    [TestCase(9ul, 2ul, false)]
    [TestCase(14ul, 2ul, false)]
    [TestCase(10ul, 6ul, false)]
    public void An_interval_contains_another_when_its_bounds_do(ulong start, ulong duration, bool contained) =>
        Assert.That(Of(10, 5).Contains(Of(start, duration)), Is.EqualTo(contained));

    [TestCase(5ul, 5ul, false)]
    [TestCase(5ul, 6ul, true)]
    [TestCase(14ul, 1ul, true)]
    [TestCase(15ul, 1ul, false)]
    [TestCase(12ul, 0ul, false)]
    public void Intervals_overlap_when_a_time_is_in_both(ulong start, ulong duration, bool overlap)
    {
        Assert.That(Of(10, 5).Overlaps(Of(start, duration)), Is.EqualTo(overlap));
        Assert.That(Of(start, duration).Overlaps(Of(10, 5)), Is.EqualTo(overlap));
    }

    [Test]
    public void The_union_is_the_smallest_interval_that_contains_both()
    {
        Assert.That(Of(10, 5).Union(Of(20, 1)), Is.EqualTo(Of(10, 11)));
        Assert.That(Of(20, 1).Union(Of(10, 5)), Is.EqualTo(Of(10, 11)));
        Assert.That(Interval.Empty.Union(Of(20, 1)), Is.EqualTo(Of(20, 1)));
        Assert.That(Of(20, 1).Union(Interval.Empty), Is.EqualTo(Of(20, 1)));
    }

    [Test]
    public void An_interval_is_made_from_its_bounds() =>
        Assert.That(Interval.Between(new Time(3), new Time(8)), Is.EqualTo(Of(3, 5)));

    [Test]
    public void The_interval_of_an_instant_is_one_time_precision()
    {
        TimePrecision fiveMinutes = new(300);
        DateTimeOffset instant = new(2026, 1, 31, 8, 4, 59, TimeSpan.Zero);
        Assert.That(Interval.Containing(instant, fiveMinutes).ToString(fiveMinutes), Is.EqualTo("2026-01-31T08:00:00Z/300s"));
    }

    [TestCase(3600, "2026-01-31T07:00:00Z/3600s")]
    [TestCase(300, "2026-01-31T08:00:00Z/300s")]
    [TestCase(86_400, "2026-01-30T00:00:00Z/86400s")]
    public void The_last_interval_is_over_and_a_multiple_of_its_length(int seconds, string expected)
    {
        TimePrecision fiveMinutes = new(300);
        DateTimeOffset now = new(2026, 1, 31, 8, 5, 0, TimeSpan.Zero);
        Assert.That(Interval.LastEnded(TimeSpan.FromSeconds(seconds), now, fiveMinutes).ToString(fiveMinutes), Is.EqualTo(expected));
    }

    [Test]
    public void A_last_interval_that_there_is_not_is_refused()
    {
        TimePrecision hour = new(3600);
        Assert.Multiple(() =>
        {
            Assert.That(() => Interval.LastEnded(TimeSpan.Zero, DateTimeOffset.UnixEpoch.AddDays(1), hour), Throws.ArgumentException);
            Assert.That(() => Interval.LastEnded(TimeSpan.FromMinutes(90), DateTimeOffset.UnixEpoch.AddDays(1), hour), Throws.ArgumentException);
            Assert.That(() => Interval.LastEnded(TimeSpan.FromHours(2), DateTimeOffset.UnixEpoch.AddHours(1), hour), Throws.InstanceOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void Instants_between_which_an_interval_is_are_multiples_of_the_time_precision()
    {
        TimePrecision hour = new(3600);
        DateTimeOffset eight = new(2026, 1, 31, 8, 0, 0, TimeSpan.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Interval.Between(eight, eight.AddHours(2), hour).ToString(hour), Is.EqualTo("2026-01-31T08:00:00Z/7200s"));
            Assert.That(() => Interval.Between(eight.AddTicks(1), eight.AddHours(2), hour), Throws.ArgumentException.With.Message.Contains("expected a multiple of the time precision 3600s"));
            Assert.That(() => Interval.Between(eight, eight.AddHours(-1), hour), Throws.ArgumentException.With.Message.Contains("not before the start"));
        });
    }

    // 7,000 seconds do not divide a day, and two days have no multiple of 172,800 seconds but one.
    [TestCase(3600ul)]
    [TestCase(7000ul)]
    [TestCase(172_800ul)]
    public void Days_follow_each_other_without_gap_or_overlap(ulong seconds)
    {
        TimePrecision precision = new(seconds);
        DateOnly day = new(2026, 1, 30);
        Interval[] days = [.. Enumerable.Range(0, 5).Select(i => Interval.OfDay(day.AddDays(i), precision))];
        Assert.That(days.Skip(1).Select(next => next.Start), Is.EqualTo(days.SkipLast(1).Select(one => one.End)));
        Assert.That(days[0].Start.ToDateTimeOffset(precision), Is.GreaterThanOrEqualTo(new DateTimeOffset(day, default, TimeSpan.Zero)));
    }

    private static Interval Of(ulong start, ulong duration) => new(new Time(start), new Duration(duration));
}
