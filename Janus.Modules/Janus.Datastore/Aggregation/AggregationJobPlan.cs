using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Cuts waiting reports, given in order of arrival, into aggregation jobs.</summary>
internal sealed class AggregationJobPlan
{
    private readonly AggregationJobLimits _limits;
    private readonly Func<List<WaitingReport>, OpenBatch?, bool> _cannotWait;

    /// <summary>
    /// Plans within limits; the predicate tells of fewer reports than the minimum, and of the batch that they would go to,
    /// whether they are due all the same.
    /// </summary>
    public AggregationJobPlan(AggregationJobLimits limits, Func<List<WaitingReport>, OpenBatch?, bool> cannotWait)
    {
        _limits = limits;
        _cannotWait = cannotWait;
    }

    /// <summary>Jobs of any reports. Those of neighbouring times come together, so that a job has few buckets.</summary>
    public List<PlannedJob> OfIntervals(List<WaitingReport> waiting)
    {
        int taken = waiting.Count - (waiting.Count % _limits.MaximumReports);
        if (MayFollow(waiting[taken..], null))
        {
            taken = waiting.Count;
        }

        return [.. waiting.Take(taken)
            .OrderBy(report => report.Time)
            .Chunk(_limits.MaximumReports)
            .Select(reports => new PlannedJob(NewId(), null, reports))];
    }

    /// <summary>
    /// Jobs that each fill one batch of one time window, the fullest first; <paramref name="open"/> has the batches
    /// below the target.
    /// </summary>
    public List<PlannedJob> OfBatches(List<WaitingReport> waiting, List<OpenBatch> open, ulong? timeWindow, long target)
    {
        List<PlannedJob> jobs = [];
        foreach (IGrouping<long?, WaitingReport> window in waiting.GroupBy(report => WindowOf(report.Time, timeWindow)))
        {
            Queue<OpenBatch> batches = new(open
                .Where(batch => batch.TimeWindow == window.Key)
                .OrderByDescending(batch => batch.AssignedCount));
            Fill(jobs, [.. window], batches, window.Key, target);
        }

        return jobs;
    }

    /// <summary>Jobs that fill one batch up to the target, as far as the reports go.</summary>
    public List<PlannedJob> OfBatch(List<WaitingReport> reports, OpenBatch batch, long target)
    {
        int taken = (int)Math.Clamp(target - batch.AssignedCount, 0, reports.Count);
        batch.AssignedCount += taken;
        return [.. reports.Take(taken)
            .Chunk(_limits.MaximumReports)
            .Select(chunk => new PlannedJob(NewId(), batch, chunk))];
    }

    /// <summary>The start of the time window that a report belongs to; null without windows.</summary>
    public static long? WindowOf(ulong time, ulong? timeWindow) =>
        timeWindow is { } length ? checked((long)(time - (time % length))) : null;

    private void Fill(
        List<PlannedJob> jobs, List<WaitingReport> reports, Queue<OpenBatch> batches, long? window, long target)
    {
        int next = 0;
        while (next < reports.Count)
        {
            // The fullest stays the fullest until it is full.
            if (!batches.TryPeek(out OpenBatch? batch))
            {
                batch = new OpenBatch(BatchId.Random().ToArray(), window, 0);
                batches.Enqueue(batch);
            }

            int room = (int)Math.Min(_limits.MaximumReports, target - batch.AssignedCount);
            int size = Math.Min(room, reports.Count - next);
            List<WaitingReport> chunk = reports.GetRange(next, size);
            if (size < room && !MayFollow(chunk, batch))
            {
                return;
            }

            jobs.Add(new PlannedJob(NewId(), batch, chunk));
            batch.AssignedCount += size;
            next += size;
            if (batch.AssignedCount >= target)
            {
                batches.Dequeue();
            }
        }
    }

    private bool MayFollow(List<WaitingReport> rest, OpenBatch? batch) =>
        rest.Count > 0 && (rest.Count >= _limits.MinimumReports || _cannotWait(rest, batch));

    private static Guid NewId() => Uuid.Of(AggregationJobId.Random());
}
