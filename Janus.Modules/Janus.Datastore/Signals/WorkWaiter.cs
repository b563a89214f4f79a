namespace Janus.Datastore;

/// <summary>One worker's place to wait for work of one kind; not for use by several threads at once.</summary>
public sealed class WorkWaiter
{
    private readonly WorkSignal _signal;
    private long _seen;

    internal WorkWaiter(WorkSignal signal, WorkKind kind, long seen)
    {
        _signal = signal;
        Kind = kind;
        _seen = seen;
    }

    /// <summary>The kind of work.</summary>
    public WorkKind Kind { get; }

    /// <summary>
    /// Returns as soon as there has been a notification since the last wait, at once if there was one already, or after
    /// the time; true means a notification.
    /// </summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        long version = await _signal.WaitAsync(Kind, _seen, atMost, cancellationToken);
        bool notified = version != _seen;
        _seen = version;
        return notified;
    }
}
