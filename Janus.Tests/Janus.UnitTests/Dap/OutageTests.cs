using Janus.Dap;
using Microsoft.Extensions.Time.Testing;

namespace Janus.UnitTests.Dap;

internal sealed class OutageTests
{
    private readonly FakeTimeProvider _time = new();

    [Test]
    public void Only_the_first_failure_begins_an_outage_and_its_end_tells_how_many_there_were()
    {
        Outage outage = new(_time);
        bool[] begins = [.. Enumerable.Range(0, 1000).Select(_ => outage.Fail())];
        _time.Advance(TimeSpan.FromMinutes(1));
        EndedOutage? ended = outage.Succeed();

        Assert.Multiple(() =>
        {
            Assert.That(begins.Count(begin => begin), Is.EqualTo(1));
            Assert.That(begins[0], Is.True);
            Assert.That(ended, Is.EqualTo(new EndedOutage(TimeSpan.FromMinutes(1), 1000)));
            Assert.That(outage.Succeed(), Is.Null, "it ends once");
        });
    }

    [Test]
    public void Success_between_failures_does_not_end_an_outage()
    {
        Outage outage = new(_time);
        int begins = 0;
        int ends = 0;
        for (int i = 0; i < 100; i++)
        {
            begins += outage.Fail() ? 1 : 0;
            _time.Advance(TimeSpan.FromSeconds(1));
            ends += outage.Succeed() is null ? 0 : 1;
        }

        _time.Advance(Outage.DefaultSettling);
        ends += outage.Succeed() is null ? 0 : 1;
        Assert.That((begins, ends), Is.EqualTo((1, 1)));
    }

    [Test]
    public void Second_outage_counts_from_its_own_beginning()
    {
        Outage outage = new(_time);
        outage.Fail();
        outage.Fail();
        _time.Advance(TimeSpan.FromHours(1));
        outage.Succeed();
        _time.Advance(TimeSpan.FromHours(1));

        Assert.That(outage.Fail(), Is.True);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.That(outage.Succeed(), Is.EqualTo(new EndedOutage(TimeSpan.FromSeconds(7), 1)));
    }

    [Test]
    public void Nothing_that_works_ends_an_outage()
    {
        Outage outage = new(_time);
        Assert.Multiple(() =>
        {
            Assert.That(outage.Succeed(), Is.Null);
            Assert.That(outage.IsOn, Is.False);
        });
    }
}
