using System.Diagnostics;
using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>
/// The lease loop: acquires jobs of one kind, those of tasks in turn, and steps each within its lease's remaining time.
/// </summary>
/// <remarks>
/// Any number of drivers may run on one database. A job is released with a back-off when its step fails, and
/// at once when the process stops; when the process dies, the lease runs out and another driver takes over.
/// A round are the tasks that have due jobs when it begins, those first that have waited longest. Each gets an equal share of
/// the places that are free at its turn, and no second one before the round is over; so a task with many jobs does not hold up
/// the others. When all places are taken, a few more are there for the tasks of other peers only, so a peer that does not
/// answer does not hold up the others either.
/// </remarks>
/// <typeparam name="TJob">The kind of job.</typeparam>
internal abstract partial class JobDriver<TJob> : BackgroundService
    where TJob : ILeasedJob
{
    private readonly CancellationTokenSource _abort = new();
    private readonly PriorityQueue<bool, DateTimeOffset> _retries = new();
    private readonly ILeaseStore<TJob> _store;
    private readonly JobDriverOptions _options;
    private readonly TaskDirectory _tasks;
    private readonly WorkSignal _signal;
    private readonly string _label;
    private readonly string _kindName;
    private readonly JobMetrics _metrics;
    private readonly ILogger _logger;

    // The tasks whose turn is still to come in this round.
    private List<int> _turns = [];

    protected JobDriver(
        ILeaseStore<TJob> store, JobDriverOptions options, TaskDirectory tasks, WorkSignal signal, JobMetrics metrics, TimeProvider time, ILogger logger)
    {
        _store = store;
        _options = options;
        _tasks = tasks;
        _signal = signal;
        _label = BacklogMetrics.LabelOf(store.Kind);
        _kindName = _label.Replace('_', ' ');
        _metrics = metrics;
        Clock = time;
        _logger = logger;
    }

    /// <summary>The clock of leases and delays.</summary>
    protected TimeProvider Clock { get; }

    /// <summary>Does the job's next piece of work, and ends its lease by a write that checks it.</summary>
    /// <exception cref="LeaseLostException">It turned out to be another driver's: see <see cref="RequireHeld"/>.</exception>
    protected abstract Task StepAsync(AggregatorTask task, Lease<TJob> lease, CancellationToken cancellationToken);

    /// <summary>Ends the step when a write found that the lease is lost.</summary>
    protected static void RequireHeld(bool isHeld)
    {
        if (!isHeld)
        {
            throw new LeaseLostException();
        }
    }

    /// <summary>Lets the loop look for work at a time when a job that a step gave back becomes due.</summary>
    protected void LookAgainAt(DateTimeOffset due)
    {
        lock (_retries)
        {
            _retries.Enqueue(true, due);
        }
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
        WorkWaiter waiter = _signal.CreateWaiter(_store.Kind);
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
                IReadOnlyList<Lease<TJob>> leases = await AcquireAsync(running.Count, running.Values);
                foreach (Lease<TJob> lease in leases)
                {
                    _metrics.Leased(_label, lease.Attempts);
                    running.Add(Task.Run(() => DriveAsync(lease), CancellationToken.None), lease.Job.TaskKey);
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
                LogAcquisitionFailed(level, _store.Kind, exception);
                await Task.Delay(_options.InitialRetryDelay, Clock, stoppingToken).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        await Task.WhenAll(running.Keys);
    }

    // What one task has: it is driven before more is asked for, which may fail.
    private async Task<IReadOnlyList<Lease<TJob>>> AcquireAsync(int running, IReadOnlyCollection<int> busyTasks)
    {
        int free = _options.Concurrency - running;
        IReadOnlyCollection<int> passedOver = free > 0 ? [] : SharingPeers([.. busyTasks.Distinct()]);
        free = free > 0 ? free : free + _options.PlacesForOthers;
        bool isNewRound = false;
        while (true)
        {
            int[] waiting = [.. _turns.Except(passedOver)];
            if (waiting.Length == 0)
            {
                if (isNewRound)
                {
                    return [];
                }

                // Who is passed over comes first when it is no longer.
                isNewRound = true;
                IReadOnlyList<int> due = await _store.DueTasksAsync(Clock.GetUtcNow(), _abort.Token);
                _turns = [.. _turns.Intersect(due).Union(due)];
                continue;
            }

            _turns.Remove(waiting[0]);
            int share = (free + waiting.Length - 1) / waiting.Length;
            IReadOnlyList<Lease<TJob>> leases = await _store.AcquireAsync(waiting[0], share, _options.LeaseDuration, Clock.GetUtcNow(), _abort.Token);
            if (leases.Count > 0)
            {
                return leases;
            }
        }
    }

    // The tasks that a peer holds up who holds up these: themselves, and those that have the same peer. Only a Leader asks one.
    private IReadOnlyCollection<int> SharingPeers(IReadOnlyCollection<int> taskKeys) =>
        _store.Kind is WorkKind.AggregationJobs or WorkKind.CollectionJobs ? _tasks.SharingHelpers(taskKeys) : taskKeys;

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
            AggregatorTask task = await _tasks.GetAsync(lease.Job.TaskKey, cancel.Token);
            AggregatorActivities.DescribeTask(task.Id);
            await StepAsync(task, lease, cancel.Token);
            activity.End(outcome);
        }
        catch (LeaseLostException)
        {
            ReportLost(lease);
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

    private JobName NameOf(TJob job) => new(_kindName, job.Id, _tasks.NameOf(job.TaskKey));

    private void ReportLost(Lease<TJob> lease)
    {
        _metrics.LeaseLost(_label);
        Activity.Current?.SetTag("janus.lease", "lost");
        JobName name = NameOf(lease.Job);
        if (_store.Kind == WorkKind.AggregationJobs)
        {
            // Nobody deletes a Leader's: its lease has run out.
            LogLeaseLost(name, name.TaskId);
        }
        else
        {
            LogOvertaken(name, name.TaskId);
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
            if (!await _store.ReleaseAsync(lease, notBefore, limit.Token))
            {
                ReportLost(lease);
            }
        }
        catch (Exception exception)
        {
            LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Warning);
            LogReleaseFailed(level, name, name.TaskId, exception);
        }
    }
}
