using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Creates, finds and deletes the Helper's aggregation jobs, synchronously: DAP §4.5.3.2 (aggregation-helper-init).</summary>
/// <remarks>
/// A job's ID follows from its request, so that the same request finds the same job. Creation (1) checks the
/// request, (2) asks the database which reports are rejected already, (3) opens and verifies the others, and (4)
/// commits in one transaction that checks again; if the world has changed meanwhile, it goes on from (3).
/// </remarks>
internal sealed partial class HelperAggregationJobs
{
    private readonly HelperAggregationJobStore _store;
    private readonly HelperAggregation _aggregation;
    private readonly HpkeKeyring _keyring;
    private readonly AggregatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<HelperAggregationJobs> _logger;

    public HelperAggregationJobs(
        HelperAggregationJobStore store,
        HelperAggregation aggregation,
        HpkeKeyring keyring,
        AggregatorMetrics metrics,
        TimeProvider time,
        ILogger<HelperAggregationJobs> logger)
    {
        _store = store;
        _aggregation = aggregation;
        _keyring = keyring;
        _metrics = metrics;
        _time = time;
        _logger = logger;
    }

    /// <summary>Creates a job with its answer, or returns the one that the same request made before.</summary>
    /// <exception cref="DapProblemException">The request is refused; nothing changed.</exception>
    public async Task<HelperAggregationJob> CreateAsync(
        AggregatorTask task, AggregationJobInitReqHeader header, IReadOnlyList<VerifyInit> inits, byte[] requestHash, CancellationToken cancellationToken)
    {
        // (1)
        BatchId? batchId = Check(task, header, inits);
        AggregationJobId id = AggregationJobId.FromBytes(requestHash.AsSpan(0, AggregationJobId.Length));
        if (await _store.FindAsync(task.Key, id, cancellationToken) is { } existing)
        {
            return RequireAvailable(task, existing);
        }

        // (2)
        ReportId[] ids = [.. inits.Select(init => init.ReportShare.ReportMetadata.ReportId)];
        byte[][] buckets = [.. inits.Select(init => task.BatchMode.BucketOf(init.ReportShare.ReportMetadata.Time, batchId))];
        ReportError?[] rejections = await _store.CheckAsync(task.Key, ids, buckets, cancellationToken);
        InputShareRecipients recipients = _keyring.RecipientsOf(Role.Helper);
        while (true)
        {
            // (3)
            DateTimeOffset now = _time.GetUtcNow();
            HelperVerification verification = await Task.Run(
                () => _aggregation.Verify(task, recipients, batchId, inits, rejections, now, cancellationToken), cancellationToken);
            IReadOnlyList<BatchBucketShard> shards = verification.Sums.ToShards(id);
            List<AcceptedReport> accepted = Accepted(inits, buckets, verification, shards);
            // Rejected reports may name any time, also one that the database cannot hold.
            ulong[] times = accepted.Count > 0
                ? [.. accepted.Select(report => report.Time)]
                : [Time.FromDateTimeOffset(now, task.Configuration.TimePrecision).Value];
            HelperAggregationJob job = new()
            {
                TaskKey = task.Key,
                Id = id,
                RequestHash = requestHash,
                AggParam = header.AggParam.ToArray(),
                BatchId = batchId,
                ReportCount = inits.Count,
                MinTime = times.Min(),
                MaxTime = times.Max(),
                Response = DapRequests.EncodeAll(verification.Responses),
            };

            // (4)
            HelperCommitOutcome outcome = await _store.CommitAsync(job, accepted, shards, now, cancellationToken);
            verification.Sums.Clear();
            switch (outcome)
            {
                case HelperCommitOutcome.AlreadyExists raced:
                    return RequireAvailable(task, raced.Job);
                case HelperCommitOutcome.Changed changed:
                    Reject(rejections, ids, changed.Rejected);
                    continue;
                default:
                    Count(task, job, verification);
                    return job;
            }
        }
    }

    /// <summary>The job with this ID.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedAggregationJob</c>: there is none, or it was deleted.</exception>
    public async Task<HelperAggregationJob> FindAsync(AggregatorTask task, AggregationJobId id, CancellationToken cancellationToken) =>
        await _store.FindAsync(task.Key, id, cancellationToken) is { } job
            ? RequireAvailable(task, job)
            : throw Unrecognized(task, "no aggregation job with this ID exists");

    /// <summary>Drops a job's answer; what it committed stays, for replay and double-collection checks.</summary>
    /// <exception cref="DapProblemException"><c>unrecognizedAggregationJob</c>: there is none.</exception>
    public async Task DeleteAsync(AggregatorTask task, AggregationJobId id, CancellationToken cancellationToken)
    {
        if (!await _store.DeleteAsync(task.Key, id, cancellationToken))
        {
            throw Unrecognized(task, "no aggregation job with this ID exists");
        }
    }

    private static BatchId? Check(AggregatorTask task, AggregationJobInitReqHeader header, IReadOnlyList<VerifyInit> inits)
    {
        BatchId? batchId = task.BatchMode.BatchIdOf(task.Id, header.Extensions);
        if (!task.Vdaf.IsValidAggParam(header.AggParam.Span))
        {
            throw new DapProblemException(DapProblemType.InvalidAggregationParameter, $"{task.Vdaf.Name} takes an empty aggregation parameter", task.Id);
        }

        string? mistake = header.VerificationKeyId.Value != task.Stored.VerificationKeyId ? "the verification_key_id is not one of this task"
            : inits.Count == 0 ? "an aggregation job of at least one report expected"
            : inits.Select(init => init.ReportShare.ReportMetadata.ReportId).Distinct().Count() != inits.Count ? "distinct report IDs in an aggregation job expected"
            : null;
        return mistake is null ? batchId : throw new DapProblemException(DapProblemType.InvalidMessage, mistake, task.Id);
    }

    private static List<AcceptedReport> Accepted(
        IReadOnlyList<VerifyInit> inits, byte[][] buckets, HelperVerification verification, IReadOnlyList<BatchBucketShard> shards)
    {
        Dictionary<string, int> indexOf = shards.Select((shard, index) => (Key: Convert.ToHexString(shard.Bucket), index)).ToDictionary(pair => pair.Key, pair => pair.index);
        List<AcceptedReport> accepted = [];
        for (int i = 0; i < inits.Count; i++)
        {
            if (verification.Responses[i].VerifyRespType != VerifyRespType.Reject)
            {
                ReportMetadata metadata = inits[i].ReportShare.ReportMetadata;
                accepted.Add(new AcceptedReport(metadata.ReportId, metadata.Time.Value, indexOf[Convert.ToHexString(buckets[i])]));
            }
        }

        return accepted;
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

    private static HelperAggregationJob RequireAvailable(AggregatorTask task, HelperAggregationJob job) => job.Response is null
        ? throw Unrecognized(task, "the aggregation job was deleted")
        : job;

    private static DapProblemException Unrecognized(AggregatorTask task, string detail) =>
        new(DapProblemType.UnrecognizedAggregationJob, detail, task.Id);

    private void Count(AggregatorTask task, HelperAggregationJob job, HelperVerification verification)
    {
        int rejected = 0;
        foreach (VerifyResp response in verification.Responses.Where(response => response.VerifyRespType == VerifyRespType.Reject))
        {
            _metrics.ReportRejected(Role.Helper, response.ReportError);
            rejected++;
        }

        _metrics.ReportsAggregated.Add(job.ReportCount - rejected, new KeyValuePair<string, object?>("role", nameof(Role.Helper)));
        LogCommitted(job.Id, task.Id, job.ReportCount - rejected, job.ReportCount);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "aggregation job {JobId} of task {TaskId}: {Committed} of {Reports} reports committed")]
    private partial void LogCommitted(AggregationJobId jobId, TaskId taskId, int committed, int reports);
}
