using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Janus.Aggregator;

/// <summary>
/// Makes Kestrel listen on addresses, on those of the scheme https with a <see cref="ServerCertificate"/>, and within the
/// application's <see cref="ConnectionLimit"/> if it has one.
/// </summary>
public static class HttpsListening
{
    /// <summary>Listens on addresses such as <c>http://127.0.0.1:8080</c> or <c>https://*:8443</c>, port 0 for a free one.</summary>
    public static void ListenOn(this KestrelServerOptions kestrel, IEnumerable<string> addresses)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        ArgumentNullException.ThrowIfNull(addresses);
        foreach (BindingAddress address in addresses.Select(BindingAddress.Parse))
        {
            Action<ListenOptions> configure = listen => Configure(listen, IsHttps(address));
            if (IPAddress.TryParse(address.Host.Trim('[', ']'), out IPAddress? ip))
            {
                kestrel.Listen(ip, address.Port, configure);
            }
            else if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            {
                kestrel.ListenLocalhost(address.Port, configure);
            }
            else
            {
                kestrel.ListenAnyIP(address.Port, configure);
            }
        }
    }

    private static bool IsHttps(BindingAddress address) => string.Equals(address.Scheme, Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase);

    private static void Configure(ListenOptions listen, bool isHttps)
    {
        // First, so that handshakes count.
        if (listen.ApplicationServices.GetService<ConnectionLimit>() is { } limit)
        {
            listen.Use(next => connection => limit.ServeAsync(connection, next));
        }

        if (isHttps)
        {
            UseServerCertificate(listen);
        }
    }

    private static void UseServerCertificate(ListenOptions listen)
    {
        ServerCertificate certificate = listen.ApplicationServices.GetRequiredService<ServerCertificate>();
        listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(certificate.HandshakeOptions()) });
    }
}
