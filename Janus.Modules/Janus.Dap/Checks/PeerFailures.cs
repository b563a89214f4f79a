using System.Net.Sockets;

namespace Janus.Dap;

/// <summary>Why a peer cannot be reached, in words, and what to do about it.</summary>
public static class PeerFailures
{
    /// <summary>Describes what a request ended with instead of an answer.</summary>
    public static (string Finding, string Remedy) Describe(Uri endpoint, Exception failure) =>
        (TransportFailure.Explain(failure, endpoint).Message, RemedyOf(endpoint, failure));

    private static string RemedyOf(Uri endpoint, Exception failure) => (failure as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "is the URL of the task configuration right? does this machine's DNS know the name?",
        HttpRequestError.SecureConnectionError => TransportFailure.CertificateIn(failure) is not null
            ? "is it for this name, in date, and from an authority trusted here (Aggregator.Peer.TrustedCertificates, --ca)?"
            : "does it serve plain http? the task configuration says https; or does it ask for a client certificate?",
        HttpRequestError.ConnectionError when failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "is the peer running? are host and port of the task configuration right?",
        HttpRequestError.ConnectionError => "is the peer running, and does a firewall let this machine through?",
        _ when failure is TimeoutException => "is the peer overloaded, or does a firewall swallow packets?",
        _ => endpoint.Scheme == Uri.UriSchemeHttp
            ? "does it expect https? the task configuration says http"
            : "what listens there: is it the peer, and does it speak HTTP?",
    };
}
