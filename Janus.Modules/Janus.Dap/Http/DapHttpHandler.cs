using System.Net;
using System.Net.Security;

namespace Janus.Dap;

/// <summary>The recommended settings for connections to an Aggregator.</summary>
public static class DapHttpHandler
{
    /// <summary>
    /// Makes a handler that follows no redirects (a token must not go elsewhere), keeps connections, looks names up
    /// again every few minutes, and neither decompresses nor stores cookies.
    /// </summary>
    /// <param name="tls">What is particular to TLS; the platform's trust and no client certificate when left out.</param>
    public static SocketsHttpHandler Create(ClientTls? tls = null) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificateContext = tls?.Certificate?.Context,
            CertificateChainPolicy = tls?.ChainPolicy(),
        },
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
