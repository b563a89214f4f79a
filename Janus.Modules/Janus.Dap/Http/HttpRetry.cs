using System.Net;
using System.Net.Sockets;

namespace Janus.Dap;

/// <summary>Sends requests again after failures that may pass; shared by Client, Collector and Leader.</summary>
public static class HttpRetry
{
    /// <summary>Whether the same request may succeed later: any 5xx but 501 and 505, and 408, 425 and 429.</summary>
    public static bool IsRetryable(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or (HttpStatusCode)425 or HttpStatusCode.TooManyRequests => true,
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported => false,
        _ => (int)status is >= 500 and <= 599,
    };

    /// <summary>
    /// Whether the exception tells of a transport that may recover: no connection, a broken one, or a time-out.
    /// </summary>
    public static bool IsRetryable(Exception exception) => exception switch
    {
        HttpRequestException { StatusCode: HttpStatusCode status } => IsRetryable(status),
        HttpRequestException request => request.HttpRequestError
            is not (HttpRequestError.SecureConnectionError
                or HttpRequestError.ConfigurationLimitExceeded
                or HttpRequestError.VersionNegotiationError
                or HttpRequestError.UserAuthenticationError),
        OperationCanceledException canceled => canceled.InnerException is TimeoutException,
        IOException or SocketException or TimeoutException => true,
        _ => false,
    };

    /// <summary>
    /// Sends a request until the answer is not one to retry, or <paramref name="backOff"/> has had enough attempts;
    /// then the last answer is returned, or the last exception thrown.
    /// </summary>
    /// <param name="client">The HTTP client.</param>
    /// <param name="createRequest">Makes the request, once for each attempt: always the same one.</param>
    /// <param name="backOff">How often, and how long to wait.</param>
    /// <param name="timeProvider">The clock to wait by.</param>
    /// <param name="cancellationToken">Stops sending and waiting.</param>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        Func<HttpRequestMessage> createRequest,
        BackOff backOff,
        TimeProvider timeProvider,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(createRequest);
        ArgumentNullException.ThrowIfNull(backOff);
        ArgumentNullException.ThrowIfNull(timeProvider);
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan? retryAfter = null;
            try
            {
                using HttpRequestMessage request = createRequest();
                HttpResponseMessage response = await client.SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (!IsRetryable(response.StatusCode) || attempt >= backOff.MaximumAttempts)
                {
                    return response;
                }

                retryAfter = DelayOf(response, timeProvider);
                response.Dispose();
            }
            catch (Exception exception) when (
                attempt < backOff.MaximumAttempts && !cancellationToken.IsCancellationRequested && IsRetryable(exception))
            {
            }

            await Task.Delay(backOff.DelayAfter(attempt, retryAfter), timeProvider, cancellationToken);
        }
    }

    /// <summary>The wait that an answer asks for in <c>Retry-After</c>, or <see langword="null"/>.</summary>
    public static TimeSpan? DelayOf(HttpResponseMessage response, TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(timeProvider);
        return response.Headers.NonValidated.TryGetValues("Retry-After", out System.Net.Http.Headers.HeaderStringValues values)
            && RetryAfter.TryParse(values.FirstOrDefault(), timeProvider.GetUtcNow(), out TimeSpan delay)
            ? delay
            : null;
    }
}
