namespace Janus.Dap;

/// <summary>
/// An outage of something that many depend on, a database or a peer. Whoever tries tells it how that went, and it tells who has to
/// say so: the first that failed, and the first that succeeded after the outage.
/// </summary>
/// <remarks>
/// Failures and successes may alternate, such as when a database has too few connections: an outage is over when something
/// succeeds and nothing has failed for a while. So one outage makes two lines in a log, however many suffer from it.
/// </remarks>
public sealed class Outage
{
    /// <summary>How long nothing may have failed, unless told otherwise, before a success ends an outage.</summary>
    public static readonly TimeSpan DefaultSettling = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private bool _isOn;
    private long _began;
    private long _lastFailure;
    private long _failures;
    private TimeSpan _settling;

    /// <summary>Creates the state of something that works.</summary>
    public Outage(TimeProvider time) => _time = time;

    /// <summary>Whether there is an outage.</summary>
    public bool IsOn => Volatile.Read(ref _isOn);

    /// <summary>Counts a failure; true for the one that begins an outage.</summary>
    public bool Fail() => Fail(DefaultSettling);

    /// <summary>Counts a failure after which nothing may fail for <paramref name="settling"/> until the outage is over; true for the one that begins it.</summary>
    public bool Fail(TimeSpan settling)
    {
        lock (_lock)
        {
            _lastFailure = _time.GetTimestamp();
            _settling = settling;
            _failures++;
            if (_isOn)
            {
                return false;
            }

            (_began, _failures) = (_lastFailure, 1);
            Volatile.Write(ref _isOn, true);
            return true;
        }
    }

    /// <summary>Notes a success; the outage that it ends, or <see langword="null"/> where there is none, or it is not over yet.</summary>
    public EndedOutage? Succeed()
    {
        if (!IsOn)
        {
            return null;
        }

        lock (_lock)
        {
            if (!_isOn || _time.GetElapsedTime(_lastFailure) < _settling)
            {
                return null;
            }

            Volatile.Write(ref _isOn, false);
            return new EndedOutage(_time.GetElapsedTime(_began), _failures);
        }
    }
}
