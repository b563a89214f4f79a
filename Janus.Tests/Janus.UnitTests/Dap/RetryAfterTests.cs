using Janus.Dap;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class RetryAfterTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [TestCase("0", 0)]
    [TestCase("300", 300)]
    [TestCase(" 7 ", 7)]
    [TestCase("Wed, 02 Jan 2030 03:05:05 GMT", 60)]
    [TestCase("Wed, 02 Jan 2030 03:04:00 GMT", 0)]
    [TestCase("99999999999999999999", int.MaxValue)]
    public void Seconds_and_dates_are_read(string value, int seconds)
    {
        Assert.That(RetryAfter.TryParse(value, Now, out TimeSpan delay), Is.True);
        Assert.That(delay, Is.EqualTo(TimeSpan.FromSeconds(seconds)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("-1")]
    [TestCase("1.5")]
    [TestCase("soon")]
    public void Anything_else_is_not(string? value) =>
        Assert.That(RetryAfter.TryParse(value, Now, out _), Is.False);

    [TestCase(0, "0")]
    [TestCase(1, "1")]
    [TestCase(1000, "1")]
    [TestCase(1001, "2")]
    public void A_delay_is_rounded_up_to_seconds(int milliseconds, string expected) =>
        Assert.That(RetryAfter.Format(TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(expected));

    [Test]
    public void The_extremes_can_be_written()
    {
        Assert.That(RetryAfter.Format(TimeSpan.MaxValue), Is.EqualTo("2147483647"));
        Assert.That(() => RetryAfter.Format(TimeSpan.FromSeconds(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
