using Janus.Aggregator;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace Janus.IntegrationTests.Limits;

public sealed class ArrivalsTests
{
    private const int Overhead = 1000;
    private const int Piece = 40_960;

    private readonly FakeTimeProvider _time = new();
    private readonly List<QuotaAnswer> _refused = [];
    private Arrivals<char> _arrivals = null!;

    [SetUp]
    public void Create()
    {
        _refused.Clear();
        _arrivals = new Arrivals<char>(10 * 2 * Piece, 75, Overhead, _time, answer =>
        {
            _refused.Add(answer);
            return HttpProblemException.TooSlow(TimeSpan.FromSeconds(1));
        });
    }

    [Test]
    public void What_has_arrived_is_held_twice_and_what_is_done_is_not_any_more()
    {
        Arrival arrival = Enter('a');
        Assert.That(_arrivals.Held, Is.EqualTo(Overhead));
        arrival.Arrived(Piece);
        Assert.That(_arrivals.Held, Is.EqualTo(Overhead + (2 * Piece)));
        arrival.BeginWork();
        arrival.EndWork(Piece, kept: 0);
        Assert.That(_arrivals.Held, Is.EqualTo(Overhead));
        arrival.Dispose();
        arrival.Dispose();
        Assert.That(_arrivals.Held, Is.Zero);
    }

    [Test]
    public void Of_the_slow_ones_that_which_has_held_most_for_longest_ends_first_and_no_more_than_have_to()
    {
        Arrival small = Enter('a', 1);
        Arrival large = Enter('b', 4);
        Arrival recent = Wait(1, () => Enter('c', 4));
        _time.Advance(TimeSpan.FromSeconds(2));

        Arrival next = Enter('d', 2);

        Assert.That(_refused, Is.Empty);
        Assert.That(() => large.Arrived(5 * Piece), Throws.TypeOf<HttpProblemException>());
        small.Arrived(1);
        recent.Arrived(4 * Piece);
        next.Arrived(2 * Piece);
    }

    [Test]
    public void Nobody_ends_who_is_not_slow_or_is_being_worked_on()
    {
        Arrival working = Enter('a', 4);
        working.BeginWork();
        _time.Advance(TimeSpan.FromMinutes(1));
        Arrival quick = Enter('b', 4);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(() => Enter('c', 4), Throws.TypeOf<HttpProblemException>());

        Assert.That(_refused, Is.EqualTo([QuotaAnswer.Full]));
        working.EndWork(0, kept: 0);
        quick.Arrived(4 * Piece);
    }

    [Test]
    public void A_sender_that_trickles_is_slow_once_it_is_behind_the_pace()
    {
        Arrival trickling = Enter('a', 7);
        for (int i = 1; i <= 8; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            trickling.Arrived((7 * Piece) + i);
        }

        Enter('b', 7);
        Assert.That(() => trickling.Arrived(8 * Piece), Throws.TypeOf<HttpProblemException>());
        Assert.That(_refused, Is.EqualTo([QuotaAnswer.TooSlow]));
    }

    [Test]
    public void A_party_over_its_share_takes_from_its_own_slow_ones_and_not_from_those_with_less()
    {
        Arrival own = Enter('a', 1);
        Arrival other = Enter('b', 2);
        Arrival working = Enter('a', 5);
        working.BeginWork();
        _time.Advance(TimeSpan.FromSeconds(9));

        Arrival more = Enter('a', 1);
        Assert.That(() => own.Arrived(Piece), Throws.TypeOf<HttpProblemException>());
        more.BeginWork();
        Assert.That(() => Enter('a', 1), Throws.TypeOf<HttpProblemException>());
        Assert.That(_refused, Is.EqualTo([QuotaAnswer.TooSlow, QuotaAnswer.OverShare]));
        other.Arrived(2 * Piece);
    }

    [Test]
    public void A_sender_that_does_not_take_its_answer_is_cut_off_for_others()
    {
        Lifetime lifetime = new();
        DefaultHttpContext context = new();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        Arrival answered = _arrivals.Enter('a', context, 0);
        answered.Arrived(8 * Piece);
        answered.BeginWork();
        answered.BeginAnswer();
        _time.Advance(TimeSpan.FromSeconds(10));

        Enter('b', 8);

        Assert.That(lifetime.IsAborted, Is.True);
    }

    private Arrival Enter(char party, int pieces = 0)
    {
        Arrival arrival = _arrivals.Enter(party, new DefaultHttpContext(), pieces * Piece);
        arrival.Arrived(pieces * Piece);
        return arrival;
    }

    private T Wait<T>(int seconds, Func<T> then)
    {
        _time.Advance(TimeSpan.FromSeconds(seconds));
        return then();
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => IsAborted = true;
    }
}
