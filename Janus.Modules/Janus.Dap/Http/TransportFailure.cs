using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>Says in words why there is no answer of an Aggregator: which address it is, and the inner cause.</summary>
internal static class TransportFailure
{
    /// <summary>The same failure with such a message; one that is of another kind as it is.</summary>
    public static Exception Explain(Exception failure, Uri resource) => failure switch
    {
        HttpRequestException request => new HttpRequestException(
            request.HttpRequestError, Describe(request.HttpRequestError, request, resource), request, request.StatusCode),
        HttpIOException broken => new HttpIOException(broken.HttpRequestError, Describe(broken.HttpRequestError, broken, resource), broken),
        IOException broken => new IOException(Describe(HttpRequestError.ResponseEnded, broken, resource), broken),
        _ => failure,
    };

    /// <summary>No answer came within <paramref name="timeout"/>, or not even a connection within the handler's time.</summary>
    public static TimeoutException TimedOut(OperationCanceledException failure, Uri resource, TimeSpan timeout) => new(
        failure.InnerException is TimeoutException connect && connect.Message.Contains(nameof(SocketsHttpHandler.ConnectTimeout), StringComparison.Ordinal)
            ? $"no connection to {Origin(resource)} in time"
            : string.Create(CultureInfo.InvariantCulture, $"{Quote.Of(resource)} did not answer in time ({timeout.TotalSeconds:0.#} s)"),
        failure);

    private static string Describe(HttpRequestError error, Exception failure, Uri resource) => error switch
    {
        HttpRequestError.NameResolutionError => $"the name {Quote.Line(resource.Host)} of {Origin(resource)} is not known ({Cause(failure)})",
        HttpRequestError.ConnectionError => Connection(failure, resource),
        HttpRequestError.SecureConnectionError => SecureConnection(failure, resource),
        HttpRequestError.ProxyTunnelError => $"the proxy does not connect to {Origin(resource)}: {Cause(failure)}",
        HttpRequestError.ResponseEnded => $"the answer of {Quote.Of(resource)} broke off: {Cause(failure)}",
        HttpRequestError.InvalidResponse => $"the answer of {Quote.Of(resource)} is not one of HTTP: {Cause(failure)}",
        HttpRequestError.ConfigurationLimitExceeded => $"the answer of {Quote.Of(resource)} is longer than is taken: {Cause(failure)}",
        _ => $"no answer of {Quote.Of(resource)}: {Cause(failure)}",
    };

    private static string Connection(Exception failure, Uri resource) => failure.GetBaseException() switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"connection refused by {Origin(resource)}",
        SocketException { SocketErrorCode: SocketError.HostUnreachable or SocketError.NetworkUnreachable } => $"no route to {Origin(resource)}",
        SocketException { SocketErrorCode: SocketError.TimedOut } => $"no connection to {Origin(resource)} in time",
        _ => $"no connection to {Origin(resource)}: {Cause(failure)}",
    };

    /// <summary>The failure to accept the server's certificate behind another one, if it is that.</summary>
    public static AuthenticationException? CertificateIn(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException refused && refused.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
            {
                return refused;
            }
        }

        return null;
    }

    private static string SecureConnection(Exception failure, Uri resource) => CertificateIn(failure) is { } refused
        ? $"the certificate of {Origin(resource)} is not trusted: {Quote.MessageOf(refused)}"
        : $"no TLS connection to {Origin(resource)}: {Cause(failure)}";

    private static string Origin(Uri resource) => Quote.Line(resource.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), 200);

    private static string Cause(Exception failure) => Quote.MessageOf(failure.GetBaseException());
}
