using System.Diagnostics;
using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// The lease loop: acquires jobs of one kind, oldest first, and steps each within its lease's remaining time.
/// </summary>
/// <remarks>
/// Any number of drivers may run on one database. A job is released with a back-off when its step fails, and
/// at once when the process stops; when the process dies, the lease runs out and another driver takes over.
/// A place that is free goes to a task that had none in this round, if one has work; so a task with many jobs does not hold
/// up the others. When all places are taken, a few more are there for the tasks of other peers only, so a peer that
/// does not answer does not hold up the others either.
/// </remarks>
/// <typeparam name="TJob">The kind of job.</typeparam>
internal abstract partial class JobDriver<TJob> : BackgroundService
{
    private readonly CancellationTokenSource _abort = new();
    private readonly PriorityQueue<bool, DateTimeOffset> _retries = new();
    private readonly HashSet<int> _served = [];
    private readonly JobDriverOptions _options;
    private readonly WorkSignal _signal;
    private readonly WorkKind _kind;
    private readonly string _label;
    private readonly JobMetrics _metrics;
    private readonly ILogger _logger;

    protected JobDriver(JobDriverOptions options, WorkSignal signal, WorkKind kind, JobMetrics metrics, TimeProvider time, ILogger logger)
    {
        _options = options;
        _signal = signal;
        _kind = kind;
        _label = BacklogMetrics.LabelOf(kind);
        _metrics = metrics;
        Clock = time;
        _logger = logger;
    }

    /// <summary>The clock of leases and delays.</summary>
    protected TimeProvider Clock { get; }

    /// <summary>Leases at most <paramref name="maximum"/> jobs of other tasks than <paramref name="exceptTasks"/>.</summary>
    protected abstract Task<IReadOnlyList<Lease<TJob>>> AcquireAsync(
        int maximum, TimeSpan duration, DateTimeOffset now, IReadOnlyCollection<int> exceptTasks, CancellationToken cancellationToken);

    /// <summary>The surrogate key of the job's task.</summary>
    protected abstract int TaskKeyOf(TJob job);

    /// <summary>The tasks that a peer holds up who holds up these: themselves, and those that have the same peer.</summary>
    protected virtual IReadOnlyCollection<int> SharingPeers(IReadOnlyCollection<int> taskKeys) => taskKeys;

    /// <summary>Gives a job back, not to be acquired again before <paramref name="notBefore"/>.</summary>
    protected abstract Task ReleaseAsync(Lease<TJob> lease, DateTimeOffset notBefore, CancellationToken cancellationToken);

    /// <summary>Does the job's next piece of work, and ends its lease by a write that checks it.</summary>
    protected abstract Task StepAsync(Lease<TJob> lease, CancellationToken cancellationToken);

    /// <summary>Lets the loop look for work at a time when a job that a step gave back becomes due.</summary>
    protected void LookAgainAt(DateTimeOffset due)
    {
        lock (_retries)
        {
            _retries.Enqueue(true, due);
        }
    }

    /// <summary>What the job is called in logs, such as its kind and ID.</summary>
    protected abstract JobName NameOf(TJob job);

    /// <summary>Counts a job that turned out to be another driver's, or gone.</summary>
    protected void CountLostLease()
    {
        _metrics.LeaseLost(_label);
        Activity.Current?.SetTag("janus.lease", "lost");
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.Register(_abort.Cancel);
        await base.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        WorkWaiter waiter = _signal.CreateWaiter(_kind);
        Dictionary<Task, int> running = [];
        Task? signal = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            foreach (Task ended in running.Keys.Where(task => task.IsCompleted).ToList())
            {
                running.Remove(ended);
            }

            if (running.Count >= _options.Concurrency + _options.PlacesForOthers)
            {
                await Task.WhenAny(running.Keys);
                continue;
            }

            try
            {
                // Not broken off by a stop: a lease that was committed but not read would stay until it runs out.
                IReadOnlyList<Lease<TJob>> leases = await AcquireAsync(running.Count, [.. running.Values.Distinct()]);
                foreach (Lease<TJob> lease in leases)
                {
                    _metrics.Leased(_label, lease.Attempts);
                    running.Add(Task.Run(() => DriveAsync(lease), CancellationToken.None), TaskKeyOf(lease.Job));
                }

                if (leases.Count == 0)
                {
                    // A step that ends may leave its job due at once, when it was woken meanwhile.
                    signal ??= waiter.WaitAsync(_options.PollInterval, stoppingToken);
                    using CancellationTokenSource waited = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                    await Task.WhenAny([signal, Task.Delay(UntilNextRetry(), Clock, waited.Token), .. running.Keys]);
                    await waited.CancelAsync();
                    if (signal.IsCompleted)
                    {
                        Task ended = signal;
                        signal = null;
                        await ended;
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                LogAcquisitionFailed(level, _kind, exception);
                await Task.Delay(_options.InitialRetryDelay, Clock, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        await Task.WhenAll(running.Keys);
    }

    private async Task<IReadOnlyList<Lease<TJob>>> AcquireAsync(int running, IReadOnlyCollection<int> busyTasks)
    {
        int free = _options.Concurrency - running;
        if (free <= 0)
        {
            return await LeaseAsync(free + _options.PlacesForOthers, SharingPeers(busyTasks));
        }

        IReadOnlyList<Lease<TJob>> leases = _served.Count == 0 ? [] : await LeaseAsync(free, _served);
        if (leases.Count < free)
        {
            // Every task that has work had a turn. What has been leased is driven before more is asked for, which may fail.
            _served.Clear();
            leases = leases.Count > 0 ? leases : await LeaseAsync(free, []);
        }

        _served.UnionWith(leases.Select(lease => TaskKeyOf(lease.Job)));
        return leases;
    }

    private Task<IReadOnlyList<Lease<TJob>>> LeaseAsync(int maximum, IReadOnlyCollection<int> exceptTasks) =>
        AcquireAsync(maximum, _options.LeaseDuration, Clock.GetUtcNow(), exceptTasks, _abort.Token);

    // Jobs that this driver released become due without a notification.
    private TimeSpan UntilNextRetry()
    {
        lock (_retries)
        {
            DateTimeOffset now = Clock.GetUtcNow();
            while (_retries.TryPeek(out _, out DateTimeOffset due))
            {
                if (due > now)
                {
                    return due - now;
                }

                _retries.Dequeue();
            }
        }

        return Timeout.InfiniteTimeSpan;
    }

    private async Task DriveAsync(Lease<TJob> lease)
    {
        JobName name = NameOf(lease.Job);
        long started = Clock.GetTimestamp();
        string outcome = "done";
        using Activity? activity = AggregatorActivities.StartRoot($"{name.Kind} step");
        activity?.SetTag("janus.job.id", name.Id.ToString()).SetTag("janus.lease.attempt", lease.Attempts);
        // A step that outlives its lease would only find its writes refused.
        TimeSpan remaining = lease.Expiry - Clock.GetUtcNow();
        using CancellationTokenSource expiry = new(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, Clock);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(_abort.Token, expiry.Token);
        try
        {
            await StepAsync(lease, cancel.Token);
            activity.End(outcome);
        }
        catch (Exception exception)
        {
            // Its task has been read meanwhile, if it can be.
            name = NameOf(lease.Job);
            outcome = OutcomeOf(exception, expiry.IsCancellationRequested);
            activity.End(outcome, exception);
            DateTimeOffset notBefore = Clock.GetUtcNow();
            if (_abort.IsCancellationRequested)
            {
                LogReleased(name, name.TaskId);
            }
            else
            {
                TimeSpan delay = RetryDelay(lease, exception);
                notBefore += delay;
                if (exception is PeerUnavailableException or PeerRefusedException)
                {
                    // Whoever threw it has told the operator of the peer's outage.
                    LogStepPostponed(name, name.TaskId, lease.Attempts, exception.Message, delay);
                }
                else if (exception is OperationCanceledException && expiry.IsCancellationRequested)
                {
                    LogStepTooLong(name, name.TaskId, _options.LeaseDuration, lease.Attempts, delay);
                }
                else
                {
                    LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
                    LogStepFailed(level, name, name.TaskId, lease.Attempts, delay, exception);
                }
            }

            await TryReleaseAsync(lease, name, notBefore);
            LookAgainAt(notBefore);
        }
        finally
        {
            _metrics.Stepped(_label, outcome, Clock.GetElapsedTime(started));
        }
    }

    private string OutcomeOf(Exception exception, bool isExpired) => exception switch
    {
        _ when _abort.IsCancellationRequested => "stopped",
        PeerUnavailableException => "peer_unavailable",
        PeerRefusedException => "peer_refused",
        OperationCanceledException when isExpired => "lease_expired",
        _ => "failed",
    };

    private TimeSpan RetryDelay(Lease<TJob> lease, Exception exception)
    {
        TimeSpan delay = _options.RetryDelay(lease.Attempts);
        // A peer may ask for patience, but not for ever.
        return exception is PeerUnavailableException { RetryAfter: { } asked } && asked > delay
            ? TimeSpan.FromTicks(Math.Min(asked.Ticks, _options.MaximumRetryDelay.Ticks))
            : delay;
    }

    private async Task TryReleaseAsync(Lease<TJob> lease, JobName name, DateTimeOffset notBefore)
    {
        try
        {
            using CancellationTokenSource limit = new(TimeSpan.FromSeconds(5), Clock);
            await ReleaseAsync(lease, notBefore, limit.Token);
        }
        catch (Exception exception)
        {
            LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
            LogReleaseFailed(level, name, name.TaskId, exception);
        }
    }
}
