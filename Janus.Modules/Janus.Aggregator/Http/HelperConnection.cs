using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's requests to the Helper: DAP §4.5.3.1 (leader-init) and §4.6.4 (collect-aggregate).</summary>
/// <remarks>
/// Retries are the job driver's: a repeated step sends the same bytes again, so that the Helper finds the resource
/// it made before. Only a refusal that no operator can mend by configuration is final.
/// </remarks>
internal sealed class HelperConnection : IDisposable
{
    private const int MaximumShareOverhead = 64 << 10;
    private static readonly BackOff OneAttempt = new() { MaximumAttempts = 1 };

    private readonly HttpClient _client;
    private readonly DapExchange _exchange;

    public HelperConnection(IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _client = new HttpClient(DapHttpHandler.Create()) { Timeout = options.Value.Peer.RequestTimeout };
        _exchange = new DapExchange(_client, OneAttempt, time);
    }

    /// <summary>Creates an aggregation job, or finds the one that the same request made before, and returns its answers.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the job for good.</exception>
    public async Task<IReadOnlyList<VerifyResp>> CreateAggregationJobAsync(
        AggregatorTask task, BatchId? batchId, IReadOnlyList<VerifyInit> inits, CancellationToken cancellationToken)
    {
        AggregationJobInitReqHeader header = new(
            new VerificationKeyId(task.Stored.VerificationKeyId), ReadOnlyMemory<byte>.Empty, task.BatchMode.ExtensionsOf(batchId));
        ReadOnlyMemory<byte> content = await PostAsync(
            task,
            new DapRequest(HttpMethod.Post, task.HelperUrls.AggregationJobs(task.Id))
            {
                ContentType = DapMediaType.AggregationJobInitReq,
                Content = WireMessage.Encode(new AggregationJobInitReq(header, inits)),
                Accept = DapMediaType.AggregationJobResp,
                // Room for one answer too many, which is then seen as such.
                MaximumResponseLength = (int)Math.Min((inits.Count + 1L) * ElementLimits.VerifyResp(task.Vdaf, [], 1), int.MaxValue),
            },
            cancellationToken);
        try
        {
            return WireMessage.Decode<AggregationJobResp>(content.Span).VerifyResps;
        }
        catch (DecodeException exception)
        {
            // Perhaps it was cut on its way, and the Helper has committed: the request is repeated until its answer is whole.
            throw new PeerUnavailableException($"the Helper's answer is malformed: {exception.Message}", inner: exception);
        }
    }

    /// <summary>Obtains the Helper's encrypted aggregate share.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public async Task<HpkeCiphertext> CreateAggregateShareAsync(AggregatorTask task, AggregateShareReq request, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> content = await PostAsync(
            task,
            new DapRequest(HttpMethod.Post, task.HelperUrls.AggregateShares(task.Id))
            {
                ContentType = DapMediaType.AggregateShareReq,
                Content = WireMessage.Encode(request),
                Accept = DapMediaType.AggregateShare,
                MaximumResponseLength = task.Vdaf.AggShareLength([]) + MaximumShareOverhead,
            },
            cancellationToken);
        try
        {
            return WireMessage.Decode<AggregateShare>(content.Span).EncryptedAggregateShare;
        }
        catch (DecodeException exception)
        {
            // The Helper may have marked the batch collected, so the request is repeated until its answer makes sense.
            throw new PeerUnavailableException($"the Helper's aggregate share is malformed: {exception.Message}", inner: exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<ReadOnlyMemory<byte>> PostAsync(AggregatorTask task, DapRequest request, CancellationToken cancellationToken)
    {
        try
        {
            DapResponse response = await _exchange.SendAsync(request with { Token = task.Stored.AggregatorToken }, cancellationToken);
            return response.Content.IsEmpty
                ? throw new PeerUnavailableException("the Helper deferred its answer", response.RetryAfter)
                : response.Content;
        }
        catch (DapResponseException exception) when (IsFinal(exception))
        {
            throw new PeerRefusedException(exception.Type!, exception.Detail ?? exception.Type!.Title);
        }
        catch (DapResponseException exception)
        {
            throw new PeerUnavailableException($"the Helper: {exception.Message}", exception.RetryAfter, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or TimeoutException)
        {
            throw new PeerUnavailableException($"the Helper at {request.Uri} did not answer: {exception.Message}", inner: exception);
        }
    }

    // Everything else, such as a wrong token or a task that the Helper does not know yet, an operator can mend.
    private static bool IsFinal(DapResponseException exception) =>
        (int)exception.Status is >= 400 and < 500 && exception.Type is { } type && type != DapProblemType.UnrecognizedTask;
}
