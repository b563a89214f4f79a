using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>Where a request ends, as a proxy in front of us sees it and as we do: RFC 9112 §6.1.</summary>
public static class RequestFraming
{
    // Kestrel goes by Transfer-Encoding, and renames what it does not go by.
    private const string RenamedContentLength = "X-Content-Length";

    /// <summary>
    /// Whether a request has both Content-Length and Transfer-Encoding, so that a proxy may take its end, and the beginning of
    /// the next one, for another place (request smuggling).
    /// </summary>
    public static bool IsAmbiguous(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Headers.TransferEncoding.Count > 0
            && (request.Headers.ContentLength is not null || request.Headers.ContainsKey(RenamedContentLength));
    }

    /// <summary>Lets the server close the connection once it has answered.</summary>
    public static void CloseAfterAnswer(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        // HTTP/2 frames its bodies itself, and knows no such header.
        if (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        {
            context.Response.OnStarting(() =>
            {
                context.Response.Headers.Connection = "close";
                return Task.CompletedTask;
            });
        }
    }
}
