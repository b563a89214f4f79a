using System.Net;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's requests to the Helper: DAP §4.5 (aggregate-flow) and §4.6.4 (collect-aggregate).</summary>
/// <remarks>
/// Retries are the job driver's: a repeated step sends the same bytes again, so that the Helper finds the resource
/// it made before. Only a refusal that no operator can mend by configuration is final.
/// </remarks>
internal sealed partial class HelperConnection
{
    private const int MaximumShareOverhead = 64 << 10;
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MinimumPollDelay = TimeSpan.FromMilliseconds(50);

    private readonly PeerOptions _options;
    private readonly TaskDirectory _tasks;
    private readonly PeerHttpClient _peer;
    private readonly PeerOutages _outages;
    private readonly PeerMetrics _metrics;
    private readonly TaskStatusRecorder _status;
    private readonly TimeProvider _time;
    private readonly ILogger<HelperConnection> _logger;

    public HelperConnection(
        IOptions<AggregatorOptions> options,
        TaskDirectory tasks,
        PeerHttpClient peer,
        PeerOutages outages,
        AggregatorMetrics metrics,
        TaskStatusRecorder status,
        TimeProvider time,
        ILogger<HelperConnection> logger)
    {
        _status = status;
        _tasks = tasks;
        _peer = peer;
        _outages = outages;
        _options = options.Value.Peer;
        _metrics = metrics.Peer;
        _time = time;
        _logger = logger;
    }

    /// <summary>Creates an aggregation job, or finds the one that the same request made before: DAP §4.5.3.1 (leader-init).</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the job for good.</exception>
    /// <exception cref="PeerMisbehavedException">The answer is not one to the request.</exception>
    public async Task<HelperAnswer<AggregationJobResp>> CreateAggregationJobAsync(
        AggregatorTask task, byte[] aggParam, BatchId? batchId, IReadOnlyList<VerifyInit> inits, CancellationToken cancellationToken)
    {
        AggregationJobInitReqHeader header = new(
            new VerificationKeyId(task.Stored.VerificationKeyId), aggParam, task.BatchMode.ExtensionsOf(batchId));
        DapRequest request = task.Version.Requests.CreateAggregationJob(task.HelperUrls, task.Id, new AggregationJobInitReq(header, inits));
        return await SendToJobAsync(() => SendAsync<AggregationJobResp>(task, AnswersTo(request, task, aggParam, 0, inits.Count), cancellationToken));
    }

    /// <summary>Continues an aggregation job: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the step for good.</exception>
    /// <exception cref="PeerMisbehavedException">There is nothing at the location, or the answer is not one to the request.</exception>
    public async Task<HelperAnswer<AggregationJobResp>> ContinueAggregationJobAsync(
        AggregatorTask task, byte[] aggParam, Uri location, int step, IReadOnlyList<VerifyContinue> continues, CancellationToken cancellationToken)
    {
        DapRequest request = task.Version.Requests.ContinueAggregationJob(location, new AggregationJobContinueReq((ushort)step, continues));
        return await SendToJobAsync(() => TrySendAsync<AggregationJobResp>(task, AnswersTo(request, task, aggParam, step, continues.Count), cancellationToken))
            ?? throw new PeerMisbehavedException($"the Helper has nothing at the location that it gave for the aggregation job: {Quote.Of(location)}");
    }

    /// <summary>Asks for the answer to a step that the Helper has deferred; null when it does not know the job.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the step for good.</exception>
    /// <exception cref="PeerMisbehavedException">The answer is not one to the request.</exception>
    public Task<HelperAnswer<AggregationJobResp>?> PollAggregationJobAsync(
        AggregatorTask task, byte[] aggParam, Uri location, int step, int reports, CancellationToken cancellationToken)
    {
        DapRequest request = task.Version.Requests.PollAggregationJob(location, (ushort)step);
        return SendToJobAsync(() => TrySendAsync<AggregationJobResp>(task, AnswersTo(request, task, aggParam, step, reports), cancellationToken));
    }

    /// <summary>
    /// Has the Helper delete an aggregation job that is abandoned: DAP §4.5.5 (aggregation-job-abandonment-and-deletion).
    /// Returns when it has, or has none any more.
    /// </summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerMisbehavedException">The Helper does not delete it.</exception>
    public async Task DeleteAggregationJobAsync(AggregatorTask task, Uri location, CancellationToken cancellationToken)
    {
        DapRequest request = task.Version.Requests.DeleteAggregationJob(location);
        try
        {
            await ExchangeAsync(task, request, cancellationToken);
            _outages.Answered(task);
        }
        catch (DapResponseException exception) when (exception.Type == DapProblemType.UnrecognizedAggregationJob)
        {
            _outages.Answered(task);
        }
        catch (Exception exception) when (PeerVerdict.Of(request, exception) is { } verdict)
        {
            if (verdict.Conduct == PeerConduct.Refused)
            {
                _outages.Refused(task, verdict.Reason);
            }

            throw verdict.Conduct == PeerConduct.Unavailable || exception is DapResponseException answer && IsMendable(answer)
                ? Unavailable(verdict, exception)
                : new PeerMisbehavedException($"the Helper does not delete the aggregation job: {verdict.Reason}", exception);
        }
    }

    /// <summary>Asks for the Helper's encrypted aggregate share: DAP §4.6.4 (collect-aggregate).</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public Task<HelperAnswer<AggregateShare>> CreateAggregateShareAsync(
        AggregatorTask task, AggregateShareReq request, CancellationToken cancellationToken) => SendAsync<AggregateShare>(
            task,
            task.Version.Requests.CreateAggregateShare(task.HelperUrls, task.Id, request) with
            {
                MaximumResponseLength = ShareLengthOf(task, request.CollectionJobReq.AggParam),
            },
            cancellationToken);

    /// <summary>Asks for an aggregate share that the Helper has deferred; null when it does not know it.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public Task<HelperAnswer<AggregateShare>?> PollAggregateShareAsync(
        AggregatorTask task, ReadOnlyMemory<byte> aggParam, Uri location, CancellationToken cancellationToken) => TrySendAsync<AggregateShare>(
            task,
            task.Version.Requests.PollAggregateShare(location) with { MaximumResponseLength = ShareLengthOf(task, aggParam) },
            cancellationToken);

    /// <summary>
    /// Lets the Helper forget an aggregation job. It is asked once, and nothing depends on its answer: DAP §4.5.5
    /// (aggregation-job-abandonment-and-deletion).
    /// </summary>
    public Task TryDeleteAggregationJobAsync(AggregatorTask task, Uri location, CancellationToken cancellationToken) =>
        TryDeleteAsync(task, task.Version.Requests.DeleteAggregationJob(location), cancellationToken);

    /// <summary>
    /// Lets the Helper forget an aggregate share. It is asked once, and nothing depends on its answer: DAP §4.6.5
    /// (aggregate share deletion).
    /// </summary>
    public Task TryDeleteAggregateShareAsync(AggregatorTask task, Uri location, CancellationToken cancellationToken) =>
        TryDeleteAsync(task, task.Version.Requests.DeleteAggregateShare(location), cancellationToken);

    /// <summary>Where a deferred answer is asked for.</summary>
    /// <exception cref="PeerUnavailableException">The Helper does not tell.</exception>
    public Uri LocationOf<T>(AggregatorTask task, HelperAnswer<T> answer, Uri? known)
        where T : class, IWireMessage<T>
    {
        if ((answer.Location ?? known) is { } location)
        {
            return location;
        }

        string reason = $"the Helper at {Quote.Of(task.HelperUrls.Endpoint)} deferred its answer without a location on its server";
        _outages.Refused(task, reason);
        throw new PeerUnavailableException(reason, answer.RetryAfter);
    }

    /// <summary>How long to wait before a deferred answer is asked for again: what the Helper asks for, within bounds.</summary>
    public TimeSpan PollDelay(TimeSpan? retryAfter)
    {
        TimeSpan delay = retryAfter ?? _options.PollDelay;
        delay = delay > MinimumPollDelay ? delay : MinimumPollDelay;
        return delay < _options.MaximumPollDelay ? delay : _options.MaximumPollDelay;
    }

    private static DapRequest AnswersTo(DapRequest request, AggregatorTask task, byte[] aggParam, int step, int reports) => request with
    {
        // Room for one answer too many, which is then seen as such.
        MaximumResponseLength = (int)Math.Min((reports + 1L) * ElementLimits.VerifyResp(task.Vdaf, aggParam, (2 * step) + 1), int.MaxValue),
    };

    private static int ShareLengthOf(AggregatorTask task, ReadOnlyMemory<byte> aggParam) =>
        checked(task.Vdaf.AggShareLength(aggParam.Span) + MaximumShareOverhead);

    private async Task TryDeleteAsync(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(DeletionTimeout, _time);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await ExchangeAsync(task, request, limit.Token);
        }
        catch (Exception exception)
        {
            (string resource, string reason) = (Quote.Of(request.Uri), Quote.MessageOf(exception));
            LogNotDeleted(resource, task.Id, reason);
        }
    }

    private async Task<HelperAnswer<T>> SendAsync<T>(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
        where T : class, IWireMessage<T>
    {
        try
        {
            DapResponse response = await ExchangeAsync(task, request, cancellationToken);
            T? message = response.Content.IsEmpty ? null : Decode<T>(task, request, response);
            _outages.Answered(task);
            return new HelperAnswer<T>(message, response.Location, response.RetryAfter);
        }
        catch (Exception exception) when (PeerVerdict.Of(request, exception) is { } verdict)
        {
            throw verdict.Conduct == PeerConduct.Refused
                ? new PeerRefusedException(((DapResponseException)exception).Problem!, verdict.Reason)
                : Unavailable(verdict, exception);
        }
    }

    private static PeerUnavailableException Unavailable(PeerVerdict verdict, Exception exception)
    {
        DapResponseException? answer = exception as DapResponseException;
        return new PeerUnavailableException(verdict.Reason, answer?.RetryAfter, exception) { Location = answer?.Location };
    }

    // Every request goes out with the token and the certificate that are valid when it does, and advertises its task if the
    // Helper may not know it.
    private async Task<DapResponse> ExchangeAsync(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
    {
        DapRequest complete = request with
        {
            Token = await _tasks.TokenToPresentAsync(task, cancellationToken),
            AdvertisedTask = task.Stored.AdvertisedConfiguration,
        };
        long started = _time.GetTimestamp();
        Exception? failure = null;
        try
        {
            return await _peer.Exchange.SendAsync(complete, cancellationToken);
        }
        catch (Exception exception)
        {
            failure = exception;
            if (PeerVerdict.Of(complete, exception) is { } verdict)
            {
                _outages.Failed(task, verdict);
            }

            throw;
        }
        finally
        {
            _metrics.Sent(complete, failure, _time.GetElapsedTime(started));
            _status.Answered(task, complete, failure);
        }
    }

    // The Helper says nothing of the resource: an operator has a token or a task to put right.
    private static bool IsMendable(DapResponseException exception) =>
        exception.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden || exception.Type == DapProblemType.UnrecognizedTask;

    private T Decode<T>(AggregatorTask task, DapRequest request, DapResponse response)
        where T : class, IWireMessage<T>
    {
        try
        {
            return WireMessage.Decode<T>(response.Content.Span);
        }
        catch (DecodeException exception)
        {
            // If it was cut on its way, the Helper may have committed: the request is repeated until its answer is whole.
            PeerVerdict verdict = PeerVerdict.Of(request, exception)!.Value;
            _outages.Failed(task, verdict);
            throw new PeerUnavailableException(verdict.Reason, inner: exception) { Location = response.Location, IsComplete = response.IsComplete };
        }
    }

    private static async Task<T> SendToJobAsync<T>(Func<Task<T>> send)
    {
        try
        {
            return await send();
        }
        catch (PeerUnavailableException exception) when (exception.InnerException is DapResponseException { IsTooLong: true })
        {
            // Room was left for one answer too many.
            throw new PeerMisbehavedException($"the Helper answered for more reports than it was asked about: {exception.Message}", exception)
            {
                EndsJob = true,
                Location = exception.Location,
            };
        }
        catch (PeerUnavailableException exception) when (exception.InnerException is DecodeException)
        {
            throw new PeerMisbehavedException(exception.Message, exception) { Location = exception.Location, IsComplete = exception.IsComplete };
        }
    }

    // Null: the Helper does not know the resource.
    private async Task<HelperAnswer<T>?> TrySendAsync<T>(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
        where T : class, IWireMessage<T>
    {
        try
        {
            return await SendAsync<T>(task, request, cancellationToken);
        }
        catch (PeerUnavailableException exception) when (exception.InnerException is DapResponseException { Type: null, Status: HttpStatusCode.NotFound or HttpStatusCode.Gone })
        {
            return null;
        }
        catch (PeerRefusedException exception) when (request.Method == HttpMethod.Get && exception.Type == DapProblemType.UnrecognizedAggregationJob)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "the Helper did not confirm that {Location} of task {TaskId} is deleted: {Reason}")]
    private partial void LogNotDeleted(string location, TaskId taskId, string reason);
}
