using System.Net.Sockets;
using System.Security.Authentication;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>Why a peer cannot be reached, in words, and what to do about it.</summary>
public static class PeerFailures
{
    /// <summary>Describes what a request ended with instead of an answer.</summary>
    public static (string Finding, string Remedy) Describe(Uri endpoint, Exception failure)
    {
        string host = endpoint.IsDefaultPort ? endpoint.IdnHost : $"{endpoint.IdnHost}:{endpoint.Port}";
        SocketException? socket = Find<SocketException>(failure);
        return (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError =>
                ($"the name {endpoint.IdnHost} is not known", "is the URL of the task configuration right? does this machine's DNS know the name?"),
            HttpRequestError.SecureConnectionError => Tls(host, failure),
            HttpRequestError.ConnectionError when socket?.SocketErrorCode == SocketError.ConnectionRefused =>
                ($"nothing listens at {host}", "is the peer running? are host and port of the task configuration right?"),
            HttpRequestError.ConnectionError =>
                ($"there is no connection to {host}: {Cause(failure)}", "is the peer running, and does a firewall let this machine through?"),
            _ when failure is TimeoutException =>
                ($"{host} does not answer in time", "is the peer overloaded, or does a firewall swallow packets?"),
            _ => ($"{host} breaks the connection off: {Cause(failure)}", endpoint.Scheme == Uri.UriSchemeHttp
                ? "does it expect https? the task configuration says http"
                : "what listens there: is it the peer, and does it speak HTTP?"),
        };
    }

    private static (string Finding, string Remedy) Tls(string host, Exception failure)
    {
        string cause = Cause(failure);
        return Find<AuthenticationException>(failure) is not null && cause.Contains("certificate", StringComparison.OrdinalIgnoreCase)
            ? ($"the certificate of {host} is not accepted: {cause}", "is it for this name, in date, and from an authority trusted here (Aggregator.Peer.TrustedCertificates, --ca)?")
            : ($"{host} does not speak TLS with us: {cause}", "does it serve plain http? the task configuration says https; or does it ask for a client certificate?");
    }

    // The innermost message is the one that tells.
    private static string Cause(Exception failure)
    {
        Exception cause = failure;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return Quote.MessageOf(cause);
    }

    private static T? Find<T>(Exception failure)
        where T : Exception
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is T found)
            {
                return found;
            }
        }

        return null;
    }
}
