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

    private static Interval Of(ulong start, ulong duration) => new(new Time(start), new Duration(duration));
}
