using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Takes a Helper's aggregation job through one step and commits it, for requests answered at once and for deferred ones.</summary>
/// <remarks>
/// A step (1) asks the database which reports are rejected already, (2) verifies the others, and (3) commits in one
/// transaction that checks again, that the step is still due too; if reports were rejected meanwhile, it goes on from (2).
/// </remarks>
internal sealed partial class HelperAggregationSteps
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperAggregation _aggregation;
    private readonly HpkeKeyring _keyring;
    private readonly AggregatorMetrics _metrics;
    private readonly RejectionWatch _watch;
    private readonly TimeProvider _time;
    private readonly ILogger<HelperAggregationSteps> _logger;

    public HelperAggregationSteps(
        HelperAggregationJobStore store,
        HelperAggregation aggregation,
        HpkeKeyring keyring,
        AggregatorMetrics metrics,
        RejectionWatch watch,
        TimeProvider time,
        ILogger<HelperAggregationSteps> logger)
    {
        _watch = watch;
        _store = store;
        _aggregation = aggregation;
        _keyring = keyring;
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Does step 0 of a job.</summary>
    /// <param name="task">The task.</param>
    /// <param name="job">The job; it is stored already if there is a lease.</param>
    /// <param name="lease">The lease of a deferred job; <see langword="null"/> for one that is answered at once.</param>
    /// <param name="inits">The Leader's messages.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<HelperCommitOutcome> InitAsync(
        AggregatorTask task, HelperAggregationJob job, Lease<HelperAggregationJob>? lease, IReadOnlyList<VerifyInit> inits, CancellationToken cancellationToken)
    {
        InputShareRecipients recipients = _keyring.RecipientsOf(Role.Helper);
        return StepAsync(
            task,
            job,
            [.. inits.Select(init => (init.ReportShare.ReportMetadata.ReportId, init.ReportShare.ReportMetadata.Time))],
            (rejections, now) => _aggregation.Init(task, job, recipients, inits, rejections, now, cancellationToken),
            (commit, now) => lease is null
                ? _store.CreateAsync(commit, now, cancellationToken)
                : _store.FinishStepAsync(lease, commit, now, cancellationToken),
            cancellationToken);
    }

    /// <summary>Does a later step of a job.</summary>
    /// <param name="task">The task.</param>
    /// <param name="job">The job at the step that is to be done.</param>
    /// <param name="lease">The lease of a deferred step; <see langword="null"/> for one that is answered at once.</param>
    /// <param name="reports">The reports of the request, with the states that the step before has left.</param>
    /// <param name="continues">The Leader's messages, in the same order.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public Task<HelperCommitOutcome> ContinueAsync(
        AggregatorTask task,
        HelperAggregationJob job,
        Lease<HelperAggregationJob>? lease,
        IReadOnlyList<ReportVerification> reports,
        IReadOnlyList<VerifyContinue> continues,
        CancellationToken cancellationToken) => StepAsync(
            task,
            job,
            [.. reports.Select(report => (report.Id, new Time(report.Time)))],
            (rejections, now) => _aggregation.Continue(task, job, reports, continues, rejections, now, cancellationToken),
            (commit, now) => lease is null
                ? _store.ContinueAsync(commit, now, cancellationToken)
                : _store.FinishStepAsync(lease, commit, now, cancellationToken),
            cancellationToken);

    private async Task<HelperCommitOutcome> StepAsync(
        AggregatorTask task,
        HelperAggregationJob job,
        IReadOnlyList<(ReportId Id, Time Time)> reports,
        Func<IReadOnlyList<ReportError?>, DateTimeOffset, HelperVerification> verify,
        Func<HelperCommit, DateTimeOffset, Task<HelperCommitOutcome>> commitAsync,
        CancellationToken cancellationToken)
    {
        // (1)
        ReportId[] ids = [.. reports.Select(report => report.Id)];
        int[] weeks = [.. reports.Select(report => ReportWeek.Of(report.Time.Value, task.Configuration.TimePrecision))];
        byte[][] buckets = [.. reports.Select(report => task.BatchMode.BucketOf(report.Time, job.BatchId))];
        ReportError?[] rejections = await _store.CheckAsync(task.Key, ids, weeks, buckets, cancellationToken);
        while (true)
        {
            // (2)
            DateTimeOffset now = _time.GetUtcNow();
            HelperVerification verification = await Task.Run(() => verify(rejections, now), cancellationToken);
            HelperCommit commit = CommitOf(task, job, reports, weeks, buckets, verification, now);

            // (3)
            HelperCommitOutcome outcome = await commitAsync(commit, now);
            verification.Clear();
            if (outcome is HelperCommitOutcome.Changed changed)
            {
                Reject(rejections, ids, changed.Rejected);
                continue;
            }

            if (outcome is HelperCommitOutcome.Committed)
            {
                Count(task, commit, verification);
            }

            return outcome;
        }
    }

    private static HelperCommit CommitOf(
        AggregatorTask task,
        HelperAggregationJob job,
        IReadOnlyList<(ReportId Id, Time Time)> reports,
        int[] weeks,
        byte[][] buckets,
        HelperVerification verification,
        DateTimeOffset now)
    {
        bool finished = task.PingPong.IsFinishedBy(2 * job.Step);
        IReadOnlyList<BatchBucketShard> shards = verification.Sums.ToShards(job.Id);
        AcceptedReport[] accepted = finished ? Accepted(reports, weeks, buckets, verification.Responses, shards) : [];
        // Rejected reports may name any time, also one that the database cannot hold.
        ulong[] times = accepted.Length > 0
            ? [.. accepted.Select(report => report.Time)]
            : [Time.FromDateTimeOffset(now, task.Configuration.TimePrecision).Value];
        return new HelperCommit
        {
            Job = job with
            {
                State = finished ? AggregationJobState.Finished : AggregationJobState.AwaitingContinuation,
                MinTime = times.Min(),
                MaxTime = times.Max(),
                Response = HttpContextExtensions.EncodeAll(verification.Responses),
            },
            Accepted = accepted,
            Shards = shards,
            Verification = verification.Pending,
            Rejected = [.. verification.Responses
                .Where(response => response.VerifyRespType == VerifyRespType.Reject)
                .Select(response => response.ReportError)],
        };
    }

    private static AcceptedReport[] Accepted(
        IReadOnlyList<(ReportId Id, Time Time)> reports, int[] weeks, byte[][] buckets, VerifyResp[] responses, IReadOnlyList<BatchBucketShard> shards)
    {
        Dictionary<string, int> indexOf = shards
            .Select((shard, index) => (Key: Convert.ToHexString(shard.Bucket), index))
            .ToDictionary(pair => pair.Key, pair => pair.index);
        return [.. Enumerable.Range(0, reports.Count)
            .Where(i => responses[i].VerifyRespType != VerifyRespType.Reject)
            .Select(i => new AcceptedReport(reports[i].Id, reports[i].Time.Value, weeks[i], indexOf[Convert.ToHexString(buckets[i])]))];
    }

    private static void Reject(ReportError?[] rejections, ReportId[] ids, IReadOnlyList<KeyValuePair<ReportId, ReportError>> rejected)
    {
        Dictionary<ReportId, ReportError> errors = new(rejected);
        for (int i = 0; i < ids.Length; i++)
        {
            if (errors.TryGetValue(ids[i], out ReportError error))
            {
                rejections[i] = error;
            }
        }
    }

    private void Count(AggregatorTask task, HelperCommit commit, HelperVerification verification)
    {
        foreach (ReportError error in commit.Rejected)
        {
            _metrics.ReportRejected(Role.Helper, error);
        }

        _watch.Record(task, RejectionStage.Aggregation, verification.Responses.Length, commit.Rejected);
        _metrics.ReportsAggregated.Add(commit.Accepted.Count, Label.Of(Role.Helper));
        LogCommitted(commit.Job.Id, task.Id, commit.Job.Step, commit.Accepted.Count, commit.Verification.Count, verification.Responses.Length);
    }

    [LoggerMessage(
        Level = LogLevel.Debug,
        Message = "aggregation job {JobId} of task {TaskId}, step {Step}; reports committed: {Committed} of {Reports}, waiting for the next step: {Pending}")]
    private partial void LogCommitted(AggregationJobId jobId, TaskId taskId, int step, int committed, int pending, int reports);
}
