using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The role <c>aggregation-job-driver</c>: verifies the reports of a Leader's aggregation jobs together with the Helper.</summary>
/// <remarks>
/// A step (1) asks for the answer that the Helper has deferred, if it has, (2) initializes the verification of the job's
/// reports, or reads what the step before left, (3) sends them to the Helper, unless (1) has the answer, (4) goes on with
/// its answers, and (5) stores the states for the next step, or commits, in one transaction that checks the lease. A step
/// that dies anywhere before (5) is repeated whole: its request is the same, byte for byte, so the Helper answers as
/// before and nothing counts twice.
/// </remarks>
internal sealed partial class AggregationJobDriver : JobDriver<LeaderAggregationJob>
{
    // A Helper whose clock is behind by more will not take the report in our time.
    private static readonly TimeSpan LongestTooEarly = TimeSpan.FromHours(1);

    private readonly AggregationJobOptions _options;
    private readonly JobDriverOptions _driving;
    private readonly LeaderAggregationJobStore _store;
    private readonly LeaderAggregation _aggregation;
    private readonly HelperConnection _helper;
    private readonly PeerOutages _outages;
    private readonly AggregatorMetrics _metrics;
    private readonly RejectionWatch _watch;
    private readonly ILogger<AggregationJobDriver> _logger;

    public AggregationJobDriver(
        IOptions<AggregatorOptions> options,
        LeaderAggregationJobStore store,
        LeaderAggregation aggregation,
        TaskDirectory tasks,
        HelperConnection helper,
        PeerOutages outages,
        AggregatorMetrics metrics,
        RejectionWatch watch,
        WorkSignal signal,
        TimeProvider time,
        ILogger<AggregationJobDriver> logger)
        : base(store, options.Value.AggregationJobDriver, tasks, signal, metrics.Jobs, time, logger)
    {
        _options = options.Value.AggregationJobs;
        _driving = options.Value.AggregationJobDriver;
        _store = store;
        _aggregation = aggregation;
        _helper = helper;
        _outages = outages;
        _metrics = metrics;
        _watch = watch;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task StepAsync(AggregatorTask task, Lease<LeaderAggregationJob> lease, CancellationToken cancellationToken)
    {
        DateTimeOffset lastStart = lease.Expiry - (_driving.LeaseDuration / 2);
        while (await TakeStepAsync(task, lease, cancellationToken) is { } next)
        {
            lease = next;
            DateTimeOffset now = Clock.GetUtcNow();
            if (now >= lastStart)
            {
                RequireHeld(await _store.ReleaseAsync(lease, now, cancellationToken));
                LookAgainAt(now);
                return;
            }
        }
    }

    // Returns the lease with the job at its next step, or null when the lease is over.
    private async Task<Lease<LeaderAggregationJob>?> TakeStepAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        if (job.State == AggregationJobState.Settling)
        {
            await SettleAsync(task, lease, cancellationToken);
            return null;
        }

        Uri? location = job.HelperLocation is { } known ? new Uri(known) : null;
        try
        {
            // (1)
            HelperAnswer<AggregationJobResp>? answer = location is not null && IsDeferred(job, location)
                ? await _helper.PollAggregationJobAsync(task, job.AggParam, location, job.Step, job.ReportCount, cancellationToken)
                : null;
            if (answer is { Message: null })
            {
                await DeferAsync(task, lease, answer, location, cancellationToken);
                return null;
            }

            // (2)
            using LeaderVerification verification = await VerificationOfAsync(task, job, cancellationToken);
            // (3) An aggregation job without reports is not a request (PROTOCOL reading 3).
            if (answer is null && verification.Pending.Count > 0)
            {
                answer = await AskAsync(task, job, verification, location, cancellationToken);
                location = answer.Location ?? location;
                if (answer.Message is null)
                {
                    await DeferAsync(task, lease, answer, location, cancellationToken);
                    return null;
                }
            }

            // (4)
            using LeaderProgress progress = _aggregation.Proceed(task, job, verification, answer?.Message!.VerifyResps ?? [], cancellationToken);
            // (5)
            return progress.Next.Count > 0
                ? await ContinueAsync(task, lease, verification, progress, location, cancellationToken)
                : await FinishAsync(task, lease, verification, progress, location, cancellationToken);
        }
        catch (Exception exception) when (exception is PeerMisbehavedException or PeerRefusedException)
        {
            return await TryAgainOrAbandonAsync(task, lease, exception, location, cancellationToken);
        }
    }

    // The location has the step that the Helper was asked for last, if it deferred its answer.
    private static bool IsDeferred(LeaderAggregationJob job, Uri location) =>
        AggregatorUrls.WithStep(location, (ushort)job.Step) == location;

    private async Task<LeaderVerification> VerificationOfAsync(AggregatorTask task, LeaderAggregationJob job, CancellationToken cancellationToken) =>
        job.Step == 0
            ? _aggregation.Init(task, job.AggParam, await _store.ReadReportsAsync(job, cancellationToken), cancellationToken)
            : new LeaderVerification(await _store.ReadVerificationAsync(job, cancellationToken));

    private Task<HelperAnswer<AggregationJobResp>> AskAsync(
        AggregatorTask task, LeaderAggregationJob job, LeaderVerification verification, Uri? location, CancellationToken cancellationToken) =>
        job.Step == 0
            ? _helper.CreateAggregationJobAsync(task, job.AggParam, job.BatchId, verification.Inits, cancellationToken)
            : _helper.ContinueAggregationJobAsync(task, job.AggParam, location!, job.Step, verification.Continues, cancellationToken);

    private async Task DeferAsync(
        AggregatorTask task, Lease<LeaderAggregationJob> lease, HelperAnswer<AggregationJobResp> answer, Uri? known, CancellationToken cancellationToken)
    {
        Uri location = _helper.LocationOf(task, answer, known);
        DateTimeOffset due = Clock.GetUtcNow() + _helper.PollDelay(answer.RetryAfter);
        string withStep = AggregatorUrls.WithStep(location, (ushort)lease.Job.Step).AbsoluteUri;
        RequireHeld(await _store.DeferAsync(lease, withStep, due, cancellationToken));
        LogDeferred(lease.Job.Id, task.Id, lease.Job.Step, due);
        LookAgainAt(due);
    }

    private async Task<Lease<LeaderAggregationJob>> ContinueAsync(
        AggregatorTask task,
        Lease<LeaderAggregationJob> lease,
        LeaderVerification verification,
        LeaderProgress progress,
        Uri? location,
        CancellationToken cancellationToken)
    {
        string known = AggregatorUrls.WithoutStep(location ?? throw new PeerMisbehavedException($"the Helper at {Quote.Of(task.HelperUrls.Endpoint)} does not tell the location of the aggregation job")).AbsoluteUri;
        PostponedReport[] postponed = PostponedOf(task, progress);
        ReportError[] rejected = RejectedOf(verification, progress, postponed.Length);
        RequireHeld(await _store.ContinueAsync(lease, progress.Next, postponed, known, cancellationToken, rejected));
        CountRejected(task, lease.Job, verification, progress);
        return lease with
        {
            Job = lease.Job with { Step = lease.Job.Step + 1, ReportCount = progress.Next.Count, HelperLocation = known, Refusals = 0, MalformedAnswers = 0 },
        };
    }

    // Always null: the lease is over.
    private async Task<Lease<LeaderAggregationJob>?> FinishAsync(
        AggregatorTask task,
        Lease<LeaderAggregationJob> lease,
        LeaderVerification verification,
        LeaderProgress progress,
        Uri? location,
        CancellationToken cancellationToken)
    {
        LeaderAggregationJob job = lease.Job;
        IReadOnlyList<BatchBucketShard> shards = progress.Sums.ToShards(job.Id);
        PostponedReport[] postponed = PostponedOf(task, progress);
        ReportError[] rejected = RejectedOf(verification, progress, postponed.Length);
        RequireHeld(await _store.FinishAsync(lease, shards, postponed, Clock.GetUtcNow(), cancellationToken, rejected));
        long committed = shards.Sum(shard => shard.ReportCount);
        CountRejected(task, job, verification, progress);
        _metrics.Jobs.Finished(job, verification.OldestReport, Clock.GetUtcNow());
        _metrics.ReportsAggregated.Add(committed, Label.Of(Role.Leader));
        LogFinished(job.Id, task.Id, committed, job.ReportCount);
        if (location is not null && job.Step < LeaderAggregation.LastStep(task))
        {
            // No report is left for the steps that the Helper waits for.
            await _helper.TryDeleteAggregationJobAsync(task, location, cancellationToken);
        }

        return null;
    }

    private PostponedReport[] PostponedOf(AggregatorTask task, LeaderProgress progress)
    {
        DateTimeOffset now = Clock.GetUtcNow();
        List<PostponedReport> postponed = [];
        foreach (PendingReport report in progress.TooEarly)
        {
            DateTimeOffset time = report.Time.ToDateTimeOffset(task.Configuration.TimePrecision);
            if (now - time < LongestTooEarly)
            {
                DateTimeOffset soonest = now + _options.PutBackDelay;
                postponed.Add(new PostponedReport(report.Id, time > soonest ? time : soonest));
            }
        }

        return [.. postponed];
    }

    // Those that are postponed come back.
    private static ReportError[] RejectedOf(LeaderVerification verification, LeaderProgress progress, int postponed)
    {
        ReportError[] all = [.. verification.Rejected, .. progress.Rejected];
        return postponed == 0
            ? all
            : [.. all.Where(error => error != ReportError.ReportTooEarly), .. all.Where(error => error == ReportError.ReportTooEarly).Skip(postponed)];
    }

    private void CountRejected(AggregatorTask task, LeaderAggregationJob job, LeaderVerification verification, LeaderProgress progress)
    {
        ReportError[] errors = [.. verification.Rejected, .. progress.Rejected];
        foreach (ReportError error in errors)
        {
            _metrics.ReportRejected(Role.Leader, error);
        }

        _watch.Record(task, RejectionStage.Aggregation, job.ReportCount, errors);
    }
}
