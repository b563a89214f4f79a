using System.Net;

namespace Janus.Dap;

/// <summary>The recommended settings for connections to an Aggregator.</summary>
public static class DapHttpHandler
{
    /// <summary>
    /// Makes a handler that follows no redirects (a token must not go elsewhere), keeps connections, looks names up
    /// again every few minutes, and neither decompresses nor stores cookies.
    /// </summary>
    public static SocketsHttpHandler Create() => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
