using System.Net.Http.Headers;
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
internal sealed class HelperConnection
{
    /// <summary>The name of the HTTP client.</summary>
    public const string ClientName = "helper";

    private const int MaximumProblemLength = 64 << 10;
    private const int MaximumShareOverhead = 64 << 10;

    private readonly IHttpClientFactory _clients;
    private readonly PeerOptions _options;
    private readonly TimeProvider _time;

    public HelperConnection(IHttpClientFactory clients, IOptions<AggregatorOptions> options, TimeProvider time)
    {
        _clients = clients;
        _options = options.Value.Peer;
        _time = time;
    }

    /// <summary>Creates an aggregation job, or finds the one that the same request made before, and returns its answers.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused the job for good.</exception>
    /// <exception cref="PeerMisbehavedException">The answer is malformed.</exception>
    public Task<IReadOnlyList<VerifyResp>> CreateAggregationJobAsync(
        AggregatorTask task, BatchId? batchId, IReadOnlyList<VerifyInit> inits, CancellationToken cancellationToken)
    {
        AggregationJobInitReqHeader header = new(
            new VerificationKeyId(task.Stored.VerificationKeyId), ReadOnlyMemory<byte>.Empty, task.BatchMode.ExtensionsOf(batchId));
        byte[] body = WireMessage.Encode(new AggregationJobInitReq(header, inits));
        return WithinTimeoutAsync(
            async limit =>
            {
                using HttpResponseMessage response = await SendAsync(
                    task, task.HelperUrls.AggregationJobs(task.Id), DapMediaType.AggregationJobInitReq, body, DapMediaType.AggregationJobResp, limit);
                return await ReadResponsesAsync(task, inits.Count, response, limit);
            },
            cancellationToken);
    }

    /// <summary>Obtains the Helper's encrypted aggregate share.</summary>
    /// <exception cref="PeerUnavailableException">The same request may succeed later.</exception>
    /// <exception cref="PeerRefusedException">The Helper refused for good, and has not marked the batch collected.</exception>
    public Task<HpkeCiphertext> CreateAggregateShareAsync(AggregatorTask task, AggregateShareReq request, CancellationToken cancellationToken) =>
        WithinTimeoutAsync(
            async limit =>
            {
                using HttpResponseMessage response = await SendAsync(
                    task,
                    task.HelperUrls.AggregateShares(task.Id),
                    DapMediaType.AggregateShareReq,
                    WireMessage.Encode(request),
                    DapMediaType.AggregateShare,
                    limit);
                return await ReadShareAsync(task, response, limit);
            },
            cancellationToken);

    private async Task<IReadOnlyList<VerifyResp>> ReadResponsesAsync(
        AggregatorTask task, int reports, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken);
            List<VerifyResp> responses = new(reports);
            WireStreamReader stream = new(System.IO.Pipelines.PipeReader.Create(content));
            await foreach (VerifyResp one in stream.ReadAllAsync<VerifyResp>(ElementLimits.VerifyResp(task.Vdaf), cancellationToken))
            {
                if (responses.Count == reports)
                {
                    throw new PeerMisbehavedException($"the Helper answered for more than the {reports} reports of the request");
                }

                responses.Add(one);
            }

            // An answer without a body may come without a Content-Length too.
            return responses.Count > 0 ? responses : throw Deferred(response);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PeerUnavailableException("the Helper's answer did not arrive whole", inner: exception);
        }
        catch (DecodeException exception)
        {
            throw new PeerMisbehavedException($"the Helper's answer is malformed: {exception.Message}");
        }
    }

    private static async Task<HpkeCiphertext> ReadShareAsync(AggregatorTask task, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(task.Vdaf.AggShareLength + MaximumShareOverhead, cancellationToken);
            byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return WireMessage.Decode<AggregateShare>(body).EncryptedAggregateShare;
        }
        catch (Exception exception) when (exception is DecodeException or HttpRequestException or IOException)
        {
            // The Helper may have marked the batch collected, so the request is repeated until its answer is whole.
            throw new PeerUnavailableException($"the Helper's aggregate share did not arrive whole: {exception.Message}", inner: exception);
        }
    }

    // The timeout is for the whole exchange, the body of the answer included.
    private async Task<T> WithinTimeoutAsync<T>(Func<CancellationToken, Task<T>> exchange, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.RequestTimeout);
        try
        {
            return await exchange(limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerUnavailableException($"the Helper did not answer within {_options.RequestTimeout}", inner: exception);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        AggregatorTask task, Uri url, string mediaType, byte[] body, string answerType, CancellationToken cancellationToken)
    {
        BearerToken token = task.Stored.AggregatorToken
            ?? throw new InvalidOperationException($"task {task.Id} has no token to present to the Helper");
        HttpResponseMessage response;
        try
        {
            using HttpRequestMessage message = new(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
            message.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Secret);
            response = await _clients.CreateClient(ClientName).SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new PeerUnavailableException($"the Helper at {url} did not answer: {exception.Message}", inner: exception);
        }

        try
        {
            await CheckAsync(response, answerType, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private PeerUnavailableException Deferred(HttpResponseMessage response) =>
        new("the Helper deferred its answer", HttpRetry.DelayOf(response, _time));

    private async Task CheckAsync(HttpResponseMessage response, string answerType, CancellationToken cancellationToken)
    {
        TimeSpan? retryAfter = HttpRetry.DelayOf(response, _time);
        if (response.IsSuccessStatusCode)
        {
            if (response.Content.Headers.ContentLength == 0)
            {
                throw Deferred(response);
            }

            if (!DapMediaType.Matches(MediaTypeOf(response), answerType))
            {
                throw new PeerUnavailableException($"the Helper's answer is not of type {answerType}", retryAfter);
            }

            return;
        }

        DapProblem? problem = await ReadProblemAsync(response, cancellationToken);
        // Everything else, such as a wrong token or a task the Helper does not know yet, an operator can mend.
        bool final = (int)response.StatusCode is >= 400 and < 500
            && problem?.DapType is { } type
            && type != DapProblemType.UnrecognizedTask;
        throw final
            ? new PeerRefusedException(problem!.Type!, problem.Detail ?? problem.Title ?? string.Empty)
            : new PeerUnavailableException(
                $"the Helper answered {(int)response.StatusCode}{(problem is null ? string.Empty : $": {problem}")}", retryAfter);
    }

    private static async Task<DapProblem?> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaximumProblemLength, cancellationToken);
            return DapProblem.TryParse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string? MediaTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) ? values.ToString() : null;
}
