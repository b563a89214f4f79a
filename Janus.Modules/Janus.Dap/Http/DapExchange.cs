using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>
/// Sends requests to Aggregators and reads the answers to their end, again after failures that may pass, also when
/// an answer breaks off; safe for concurrent use.
/// </summary>
/// <remarks>
/// <see cref="HttpClient.Timeout"/> limits each attempt as a whole, and a retry waits as long as <c>Retry-After</c> and
/// the <see cref="BackOff"/> tell.
/// </remarks>
public sealed class DapExchange
{
    private const int ReadLength = 1 << 14;

    private readonly HttpClient _client;
    private readonly BackOff _backOff;
    private readonly TimeProvider _timeProvider;

    /// <summary>Sends with <paramref name="client"/>, which stays the caller's.</summary>
    public DapExchange(HttpClient client, BackOff backOff, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(backOff);
        ArgumentNullException.ThrowIfNull(timeProvider);
        _client = client;
        _backOff = backOff;
        _timeProvider = timeProvider;
    }

    /// <summary>Sends a request until there is an answer that will not change by asking again.</summary>
    /// <exception cref="DapResponseException">
    /// The Aggregator refuses the request, or the answer has the wrong media type, is too long or comes from another server.
    /// </exception>
    /// <exception cref="HttpRequestException">The Aggregator cannot be reached, however often it is tried.</exception>
    /// <exception cref="IOException">The answers break off, however often it is tried.</exception>
    /// <exception cref="TimeoutException">The Aggregator does not answer in time, however often it is tried.</exception>
    public async Task<DapResponse> SendAsync(DapRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool mayBeRepeated = false;
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? retryAfter = null;
            try
            {
                using HttpRequestMessage message = ToMessage(request);
                (DapResponse? response, retryAfter) = await AttemptAsync(
                    request, message, lastAttempt: attempt >= _backOff.MaximumAttempts, cancellationToken);
                if (response is not null)
                {
                    return response with { MayBeRepeated = mayBeRepeated };
                }

                mayBeRepeated = true;
            }
            catch (Exception exception) when (
                attempt < _backOff.MaximumAttempts
                && !cancellationToken.IsCancellationRequested
                && HttpRetry.IsRetryable(exception))
            {
                mayBeRepeated |= !NeverArrived(exception);
            }

            await Task.Delay(_backOff.DelayAfter(attempt, retryAfter), _timeProvider, cancellationToken);
        }
    }

    private static bool NeverArrived(Exception exception) => exception is HttpRequestException
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private static HttpRequestMessage ToMessage(DapRequest request)
    {
        HttpRequestMessage message = new(request.Method, request.Uri);
        if (request.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(request.Content);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
        }

        if (request.Accept is not null)
        {
            message.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(request.Accept));
        }

        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(DapMediaType.Problem));
        if (request.Token is { } token)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token.Secret);
        }

        if (request.AdvertisedTask is { } advertised)
        {
            message.Headers.Add(TaskprovHeader.Name, TaskprovHeader.Format(advertised));
        }

        if (request.NoCache)
        {
            message.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        }

        return message;
    }

    private async Task<(DapResponse? Response, TimeSpan? RetryAfter)> AttemptAsync(
        DapRequest request, HttpRequestMessage message, bool lastAttempt, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_client.Timeout);
        try
        {
            using HttpResponseMessage response = await _client.SendAsync(
                message, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            TimeSpan? retryAfter = HttpRetry.DelayOf(response, _timeProvider);
            if (HttpRetry.IsRetryable(response.StatusCode) && !lastAttempt)
            {
                return (null, retryAfter);
            }

            byte[] content = await ReadAsync(request, response, timeout.Token);
            return (ToResponse(request, response, content, retryAfter, response.Headers.Date - _timeProvider.GetUtcNow()), null);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw TransportFailure.TimedOut(exception, request.Uri, _client.Timeout);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw TransportFailure.Explain(exception, request.Uri);
        }
    }

    private static async Task<byte[]> ReadAsync(DapRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        int maximumLength = response.IsSuccessStatusCode ? request.MaximumResponseLength : DapRequest.MaximumProblemLength;
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        ArrayBufferWriter<byte> content = new();
        while (true)
        {
            int read = await stream.ReadAsync(content.GetMemory(ReadLength), cancellationToken);
            if (read == 0)
            {
                return content.WrittenSpan.ToArray();
            }

            content.Advance(read);
            if (content.WrittenCount <= maximumLength)
            {
                continue;
            }

            // A refusal stays a refusal, however long its explanation.
            return response.IsSuccessStatusCode
                ? throw new DapResponseException(
                    request.Uri, response.StatusCode, $"expected an answer of at most {maximumLength} bytes, got a longer one")
                {
                    Location = AggregatorUrls.ResolveLocation(request.Uri, response.Headers.Location),
                    IsTooLong = request.Accept is null || DapMediaType.Matches(ContentTypeOf(response), request.Accept),
                }
                : [];
        }
    }

    private static DapResponse ToResponse(
        DapRequest request, HttpResponseMessage response, byte[] content, TimeSpan? retryAfter, TimeSpan? skew)
    {
        string? contentType = ContentTypeOf(response);
        if (!response.IsSuccessStatusCode)
        {
            DapProblem? problem = DapMediaType.Matches(contentType, DapMediaType.Problem) ? DapProblem.TryParse(content) : null;
            throw new DapResponseException(request.Uri, response.StatusCode, problem) { RetryAfter = retryAfter, ClockSkew = skew };
        }

        Uri answered = response.RequestMessage?.RequestUri ?? request.Uri;
        if (AggregatorUrls.ResolveLocation(request.Uri, answered) is null)
        {
            throw new DapResponseException(request.Uri, response.StatusCode, "expected an answer of the aggregator, got a redirect to another server");
        }

        if (content.Length > 0 && request.Accept is not null && !DapMediaType.Matches(contentType, request.Accept))
        {
            throw new DapResponseException(
                request.Uri, response.StatusCode, $"expected an answer of the media type {request.Accept}, got {(contentType is null ? "none" : Quote.Of(contentType))}");
        }

        return new DapResponse
        {
            Resource = request.Uri,
            Status = response.StatusCode,
            Content = content,
            IsComplete = response.Version >= HttpVersion.Version20
                || response.Headers.TransferEncodingChunked == true
                || response.Content.Headers.ContentLength == content.Length,
            Location = AggregatorUrls.ResolveLocation(request.Uri, response.Headers.Location),
            RetryAfter = retryAfter,
            Freshness = FreshnessOf(response.Headers),
        };
    }

    private static string? ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values) ? values.ToString() : null;

    private static TimeSpan? FreshnessOf(HttpResponseHeaders headers)
    {
        if (headers.CacheControl is not { } cacheControl)
        {
            return null;
        }

        if (cacheControl.NoStore || cacheControl.NoCache)
        {
            return TimeSpan.Zero;
        }

        TimeSpan? left = cacheControl.MaxAge - (headers.Age ?? TimeSpan.Zero);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
