namespace Janus.Datastore;

/// <summary>One round of garbage collection; any number may run at once, and be killed at any point.</summary>
/// <remarks>
/// A round (1) goes around the tasks again and again, a transaction for each table of each, until none has any garbage left,
/// so that a large task does not hold up the others, (2) marks tasks deleted whose interval has ended and of which nothing is
/// left, and removes the rows of deleted ones, the task's own last, (3) drops the partitions of the replay table that no task
/// needs any more, and makes those of the coming weeks, and (4) vacuums what has lost many rows. What may go is decided by
/// each statement itself: docs/adr/0005-garbage-collection.md.
/// </remarks>
public sealed class GarbageRemoval
{
    /// <summary>How long the rows of a deleted task stay, so that all processes have forgotten it.</summary>
    public static readonly TimeSpan DeletionDelay = TimeSpan.FromMinutes(1);

    private const int WeeksAhead = 2;
    private readonly GarbageCollectionStore _store;
    private readonly TimeProvider _time;

    internal GarbageRemoval(GarbageCollectionStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
    }

    /// <summary>Does a round. What it had done when it is broken off stays done.</summary>
    public async Task<GarbageCollectionRound> RunAsync(GarbageCollectionLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.RowsPerTransaction, 1, nameof(limits));
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.GracePeriod, TimeSpan.Zero, nameof(limits));
        DateTimeOffset now = _time.GetUtcNow();
        GarbageCollectionRound round = new();
        ExpiringTask[] tasks = [.. await _store.ListTasksAsync(cancellationToken)];

        // Not the same order in all replicas, so that they meet at a task seldom.
        Random.Shared.Shuffle(tasks);
        await _store.EnsurePartitionsAsync([.. Enumerable.Range(ReportWeek.Of(now), WeeksAhead)], cancellationToken);
        await CollectAsync(tasks, limits, now, round, cancellationToken);
        await RemoveTasksAsync(tasks, limits, now, round, cancellationToken);
        await CollectReportIdsAsync(tasks, limits, now, round, cancellationToken);
        round.Add(GarbageKind.AggregateShares, await RepeatAsync(
            () => _store.DeleteUnansweredSharesAsync(now - limits.GracePeriod, limits.RowsPerTransaction, cancellationToken), limits, cancellationToken));
        await VacuumAsync(round, limits, cancellationToken);
        foreach (ExpiringTask task in tasks.Where(task => task is { DeletedAt: null, ReportExpiryAge: not null }))
        {
            round.Report(await LagAsync(task, now - limits.GracePeriod, cancellationToken));
        }

        return round;
    }

    // (1)
    private async Task CollectAsync(
        IEnumerable<ExpiringTask> tasks, GarbageCollectionLimits limits, DateTimeOffset now, GarbageCollectionRound round, CancellationToken cancellationToken)
    {
        List<ExpiringTask> left = [.. tasks.Where(task => task is { DeletedAt: null, ReportExpiryAge: not null })];
        while (left.Count > 0)
        {
            List<ExpiringTask> next = [];
            foreach (ExpiringTask task in left)
            {
                bool hasMore = false;
                foreach (GarbageKind kind in GarbageKinds.All.Where(kind => kind != GarbageKind.ReportIds))
                {
                    // Reports that no job has are invisible for good: nothing that began before needs them.
                    DateTimeOffset moment = kind == GarbageKind.UnaggregatedReports ? now : now - limits.GracePeriod;
                    int deleted = await _store.DeleteExpiredAsync(task, kind, moment, limits.RowsPerTransaction, cancellationToken);
                    round.Add(kind, deleted);
                    hasMore |= deleted >= limits.RowsPerTransaction;
                    await PauseAsync(deleted, limits, cancellationToken);
                }

                if (hasMore)
                {
                    next.Add(task);
                }
            }

            left = next;
        }
    }

    // (2)
    private async Task RemoveTasksAsync(
        IEnumerable<ExpiringTask> tasks, GarbageCollectionLimits limits, DateTimeOffset now, GarbageCollectionRound round, CancellationToken cancellationToken)
    {
        foreach (ExpiringTask task in tasks)
        {
            if (task.DeletedAt is { } deletedAt)
            {
                if (deletedAt + DeletionDelay <= now)
                {
                    await RemoveAsync(task, limits, now, round, cancellationToken);
                }
            }
            else if (task.End is { } end && end.Value <= task.FirstLiveTime(now - limits.GracePeriod))
            {
                await _store.EndTaskAsync(task.Key, now, cancellationToken);
            }
        }
    }

    private async Task RemoveAsync(
        ExpiringTask task, GarbageCollectionLimits limits, DateTimeOffset now, GarbageCollectionRound round, CancellationToken cancellationToken)
    {
        foreach (GarbageKind kind in GarbageKinds.All.Where(kind => kind != GarbageKind.ReportIds))
        {
            round.Add(kind, await RepeatAsync(
                () => _store.DeleteAllAsync(task.Key, kind, limits.RowsPerTransaction, cancellationToken), limits, cancellationToken));
        }

        foreach (int week in await _store.ListWeeksAsync(cancellationToken))
        {
            round.Add(GarbageKind.ReportIds, await RepeatAsync(
                () => _store.DeleteReportIdsAsync(task.Key, week, limits.RowsPerTransaction, cancellationToken), limits, cancellationToken));
        }

        if (!task.IsRemembered(now - limits.GracePeriod) && await _store.RemoveTaskAsync(task.Key, cancellationToken))
        {
            round.RemovedTasks.Add(task.Id);
        }
    }

    // (3)
    private async Task CollectReportIdsAsync(
        IReadOnlyList<ExpiringTask> tasks, GarbageCollectionLimits limits, DateTimeOffset now, GarbageCollectionRound round, CancellationToken cancellationToken)
    {
        DateTimeOffset moment = now - limits.GracePeriod;
        Dictionary<int, ExpiringTask> byKey = tasks.ToDictionary(task => task.Key);
        bool mayDrop = true;
        foreach (int week in await _store.ListWeeksAsync(cancellationToken))
        {
            if (week >= ReportWeek.Of(moment))
            {
                break;
            }

            IReadOnlyList<int> keys = await _store.ListTasksOfWeekAsync(week, cancellationToken);

            // A key that was not listed is that of a task that is gone, or of one that came since.
            IReadOnlySet<int> gone = await _store.FindGoneAsync([.. keys.Where(key => !byKey.ContainsKey(key))], cancellationToken);
            int[] expired = [.. keys.Where(key => gone.Contains(key) || HasExpired(key))];
            if (expired.Length == keys.Count)
            {
                // Whoever cannot get the lock at once does not stand in others' way for each week.
                bool isDropped = mayDrop && await _store.TryDropWeekAsync(week, expired, cancellationToken);
                mayDrop = isDropped;
                if (isDropped)
                {
                    round.DroppedWeeks.Add(week);
                }
                else
                {
                    round.Report(TimeSpan.FromSeconds(Math.Max(0, keys.Count == 0 ? 0 : keys.Min(key => OverdueSeconds(key, week)))));
                }

                continue;
            }

            foreach (int key in expired)
            {
                round.Add(GarbageKind.ReportIds, await RepeatAsync(
                    () => _store.DeleteReportIdsAsync(key, week, limits.RowsPerTransaction, cancellationToken), limits, cancellationToken));
            }

            bool HasExpired(int key) => byKey.TryGetValue(key, out ExpiringTask? task)
                && ReportWeek.EndsBefore(week, task.FirstLiveTime(moment), task.TimePrecision);
        }

        long OverdueSeconds(int key, int week) => byKey.TryGetValue(key, out ExpiringTask? task)
            ? task.FirstLiveInstant(moment).ToUnixTimeSeconds() - ReportWeek.EndOf(week)
            : 0;
    }

    // (4)
    private async Task VacuumAsync(GarbageCollectionRound round, GarbageCollectionLimits limits, CancellationToken cancellationToken)
    {
        foreach ((GarbageKind kind, long rows) in round.Deleted.Where(pair => limits.VacuumAfterRows > 0 && pair.Value >= limits.VacuumAfterRows))
        {
            await _store.VacuumAsync(kind, cancellationToken);
        }
    }

    private async Task<TimeSpan> LagAsync(ExpiringTask task, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        ulong first = task.FirstLiveTime(moment);
        return await _store.OldestTimeAsync(task.Key, cancellationToken) is { } oldest && oldest < first
            ? TimeSpan.FromSeconds((first - oldest) * task.TimePrecision.Seconds)
            : TimeSpan.Zero;
    }

    private async Task<long> RepeatAsync(Func<Task<int>> deleteAsync, GarbageCollectionLimits limits, CancellationToken cancellationToken)
    {
        long rows = 0;
        int deleted;
        do
        {
            deleted = await deleteAsync();
            rows += deleted;
            await PauseAsync(deleted, limits, cancellationToken);
        }
        while (deleted >= limits.RowsPerTransaction);

        return rows;
    }

    private async Task PauseAsync(int deleted, GarbageCollectionLimits limits, CancellationToken cancellationToken)
    {
        if (deleted > 0 && limits.Pause > TimeSpan.Zero)
        {
            await Task.Delay(limits.Pause, _time, cancellationToken);
        }
    }
}
