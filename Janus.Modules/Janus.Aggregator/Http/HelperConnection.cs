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
    private readonly PeerMetrics _metrics;
    private readonly TaskStatusRecorder _status;
    private readonly TimeProvider _time;
    private readonly ILogger<HelperConnection> _logger;

    public HelperConnection(
        IOptions<AggregatorOptions> options,
        TaskDirectory tasks,
        PeerHttpClient peer,
        AggregatorMetrics metrics,
        TaskStatusRecorder status,
        TimeProvider time,
        ILogger<HelperConnection> logger)
    {
        _status = status;
        _tasks = tasks;
        _peer = peer;
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
        DapRequest request = new(HttpMethod.Post, task.HelperUrls.AggregationJobs(task.Id))
        {
            ContentType = DapMediaType.AggregationJobInitReq,
            Content = WireMessage.Encode(new AggregationJobInitReq(header, inits)),
        };
        return await SendToJobAsync(() => SendAsync<AggregationJobResp>(task, AnswersTo(request, task, aggParam, 0, inits.Count), cancellationToken));
    }

    /// <summary>Continues an aggregation job: DAP §4.5.4.1 (aggregation-leader-continuation).</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the step for good.</exception>
    /// <exception cref="PeerMisbehavedException">There is nothing at the location, or the answer is not one to the request.</exception>
    public async Task<HelperAnswer<AggregationJobResp>> ContinueAggregationJobAsync(
        AggregatorTask task, byte[] aggParam, Uri location, int step, IReadOnlyList<VerifyContinue> continues, CancellationToken cancellationToken)
    {
        DapRequest request = new(HttpMethod.Post, AggregatorUrls.WithoutStep(location))
        {
            ContentType = DapMediaType.AggregationJobContinueReq,
            Content = WireMessage.Encode(new AggregationJobContinueReq((ushort)step, continues)),
        };
        return await SendToJobAsync(() => TrySendAsync<AggregationJobResp>(task, AnswersTo(request, task, aggParam, step, continues.Count), cancellationToken))
            ?? throw new PeerMisbehavedException("the Helper has nothing at the location that it gave for the aggregation job");
    }

    /// <summary>Asks for the answer to a step that the Helper has deferred; null when it does not know the job.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the step for good.</exception>
    /// <exception cref="PeerMisbehavedException">The answer is not one to the request.</exception>
    public Task<HelperAnswer<AggregationJobResp>?> PollAggregationJobAsync(
        AggregatorTask task, byte[] aggParam, Uri location, int step, int reports, CancellationToken cancellationToken)
    {
        DapRequest request = new(HttpMethod.Get, AggregatorUrls.WithStep(location, (ushort)step));
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
        DapRequest request = new(HttpMethod.Delete, AggregatorUrls.WithoutStep(location));
        try
        {
            await ExchangeAsync(task, request, cancellationToken);
        }
        catch (DapResponseException exception) when (exception.Type == DapProblemType.UnrecognizedAggregationJob)
        {
        }
        catch (DapResponseException exception) when (HttpRetry.IsRetryable(exception.Status) || IsMendable(exception))
        {
            throw new PeerUnavailableException($"the Helper: {exception.Message}", exception.RetryAfter, exception);
        }
        catch (DapResponseException exception)
        {
            throw new PeerMisbehavedException($"the Helper does not delete the aggregation job: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            throw new PeerUnavailableException($"the Helper at {request.Uri} did not answer: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Asks for the Helper's encrypted aggregate share: DAP §4.6.4 (collect-aggregate).</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public Task<HelperAnswer<AggregateShare>> CreateAggregateShareAsync(
        AggregatorTask task, AggregateShareReq request, CancellationToken cancellationToken) => SendAsync<AggregateShare>(
            task,
            new DapRequest(HttpMethod.Post, task.HelperUrls.AggregateShares(task.Id))
            {
                ContentType = DapMediaType.AggregateShareReq,
                Content = WireMessage.Encode(request),
                Accept = DapMediaType.AggregateShare,
                MaximumResponseLength = ShareLengthOf(task, request.CollectionJobReq.AggParam),
            },
            cancellationToken);

    /// <summary>Asks for an aggregate share that the Helper has deferred; null when it does not know it.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public Task<HelperAnswer<AggregateShare>?> PollAggregateShareAsync(
        AggregatorTask task, ReadOnlyMemory<byte> aggParam, Uri location, CancellationToken cancellationToken) => TrySendAsync<AggregateShare>(
            task,
            new DapRequest(HttpMethod.Get, location)
            {
                Accept = DapMediaType.AggregateShare,
                MaximumResponseLength = ShareLengthOf(task, aggParam),
            },
            cancellationToken);

    /// <summary>
    /// Lets the Helper forget an aggregation job or an aggregate share. It is asked once, and nothing depends on its
    /// answer: DAP §4.5.5 (aggregation-job-abandonment-and-deletion), §4.6.5 (aggregate share deletion).
    /// </summary>
    public async Task TryDeleteAsync(AggregatorTask task, Uri location, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(DeletionTimeout, _time);
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await ExchangeAsync(task, new DapRequest(HttpMethod.Delete, AggregatorUrls.WithoutStep(location)), limit.Token);
        }
        catch (Exception exception)
        {
            LogNotDeleted(location, exception.Message);
        }
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
        Accept = DapMediaType.AggregationJobResp,
        // Room for one answer too many, which is then seen as such.
        MaximumResponseLength = (int)Math.Min((reports + 1L) * ElementLimits.VerifyResp(task.Vdaf, aggParam, (2 * step) + 1), int.MaxValue),
    };

    private static int ShareLengthOf(AggregatorTask task, ReadOnlyMemory<byte> aggParam) =>
        checked(task.Vdaf.AggShareLength(aggParam.Span) + MaximumShareOverhead);

    private async Task<HelperAnswer<T>> SendAsync<T>(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
        where T : class, IWireMessage<T>
    {
        try
        {
            DapResponse response = await ExchangeAsync(task, request, cancellationToken);
            return new HelperAnswer<T>(response.Content.IsEmpty ? null : Decode<T>(response), response.Location, response.RetryAfter);
        }
        catch (DapResponseException exception) when (IsFinal(exception))
        {
            throw new PeerRefusedException(exception.Problem!.Type!, exception.Detail ?? exception.Type?.Title ?? "the Helper does not tell more");
        }
        catch (DapResponseException exception)
        {
            throw new PeerUnavailableException($"the Helper: {exception.Message}", exception.RetryAfter, exception) { Location = exception.Location };
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            throw new PeerUnavailableException($"the Helper at {request.Uri} did not answer: {exception.Message}", inner: exception);
        }
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

    private static T Decode<T>(DapResponse response)
        where T : class, IWireMessage<T>
    {
        try
        {
            return WireMessage.Decode<T>(response.Content.Span);
        }
        catch (DecodeException exception)
        {
            // If it was cut on its way, the Helper may have committed: the request is repeated until its answer is whole.
            throw new PeerUnavailableException($"the Helper's answer is malformed: {exception.Message}", inner: exception)
            {
                Location = response.Location,
                IsComplete = response.IsComplete,
            };
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
            throw new PeerMisbehavedException("the Helper answered for more reports than it was asked about", exception)
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

    // Everything else, such as a wrong token or a task that the Helper does not know yet, an operator can mend.
    private static bool IsFinal(DapResponseException exception) =>
        (int)exception.Status is >= 400 and < 500
        && DapProblemType.IsUrn(exception.Problem?.Type)
        && exception.Type != DapProblemType.UnrecognizedTask;

    [LoggerMessage(Level = LogLevel.Information, Message = "the Helper did not confirm that {Location} is deleted: {Reason}")]
    private partial void LogNotDeleted(Uri location, string reason);
}
