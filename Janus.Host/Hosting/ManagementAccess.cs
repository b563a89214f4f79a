using System.Net;
using Janus.Aggregator;
using Janus.Host.Configuration;

namespace Janus.Host.Hosting;

/// <summary>Whom the management listener answers: programs, not web pages.</summary>
/// <remarks>
/// <para>A browser that reaches the listener must not be used against it. Pages of other sites send an <c>Origin</c> with everything
/// that changes something. A site that makes its own name resolve to our address (DNS rebinding) needs none, but then its name is the
/// <c>Host</c>: so names are answered only when they are known. Addresses are, whichever they are: no site can have one that is ours,
/// and probes and scrapes ask for them.</para>
/// </remarks>
internal sealed class ManagementAccess
{
    private const string Loopback = "localhost";

    private readonly HashSet<string> _names;
    private readonly bool _isAnyAllowed;

    public ManagementAccess(ManagementOptions options)
    {
        _names = new(
            [Environment.MachineName, .. options.Listen.Select(address => BindingAddress.Parse(address).Host), .. options.AllowedHosts],
            StringComparer.OrdinalIgnoreCase);
        _isAnyAllowed = options.AllowedHosts.Contains(ManagementOptions.AnyHost);
    }

    /// <summary>Lets a request through, or answers it.</summary>
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        if (RequestFraming.IsAmbiguous(request))
        {
            RequestFraming.CloseAfterAnswer(context);
            return RefuseAsync(context, StatusCodes.Status400BadRequest, "expected either Content-Length or Transfer-Encoding, got both");
        }

        return request.Headers.Origin.Count > 0 ? RefuseAsync(context, StatusCodes.Status403Forbidden, "web pages are not answered here: expected a request without an Origin")
            : IsKnown(request.Host) ? next(context)
            : RefuseAsync(
                context,
                StatusCodes.Status421MisdirectedRequest,
                "this host name is not known here: ask for an address, or add the name to Management.AllowedHosts in the configuration");
    }

    private bool IsKnown(HostString host)
    {
        // HTTP/1.0, which no browser speaks.
        if (!host.HasValue || _isAnyAllowed)
        {
            return true;
        }

        string name = host.Host.TrimEnd('.');
        return IPAddress.TryParse(name.Trim('[', ']'), out _)
            || name.Equals(Loopback, StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("." + Loopback, StringComparison.OrdinalIgnoreCase)
            || _names.Contains(name);
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
