using System.Net;
using Microsoft.AspNetCore.Http;

namespace Janus.Aggregator;

/// <summary>
/// Refuses requests whose end is ambiguous, see <see cref="RequestFraming"/>, and tells the <see cref="ConnectionLimit"/> when
/// a request has been answered.
/// </summary>
internal sealed class FramingMiddleware(RequestDelegate next)
{
    /// <summary>Runs the rest of the pipeline.</summary>
    /// <exception cref="HttpProblemException">400, and the connection is closed.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        if (RequestFraming.IsAmbiguous(context.Request))
        {
            RequestFraming.CloseAfterAnswer(context);
            throw new HttpProblemException(
                HttpStatusCode.BadRequest, "the length of the body is ambiguous", "expected either Content-Length or Transfer-Encoding, got both");
        }

        try
        {
            await next(context);
        }
        finally
        {
            context.Features.Get<OpenConnection>()?.Answered();
        }
    }
}
