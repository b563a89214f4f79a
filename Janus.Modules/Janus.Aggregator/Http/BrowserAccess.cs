using Janus.Dap;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;

namespace Janus.Aggregator;

/// <summary>Lets Clients in browsers fetch the HPKE configurations and upload reports, and nothing else: the Fetch standard, §3.3.</summary>
internal static class BrowserAccess
{
    /// <summary>The name of the policy of the resources that Clients use.</summary>
    public const string ClientPolicy = "clients";

    /// <summary>Writes the policy.</summary>
    public static void Configure(BrowserOptions options, CorsPolicyBuilder policy)
    {
        policy
            .WithMethods("GET", "HEAD", "POST")
            .WithHeaders(HeaderNames.ContentType, HeaderNames.CacheControl, HeaderNames.IfNoneMatch, TaskprovHeader.Name)
            .WithExposedHeaders(HeaderNames.RetryAfter, HeaderNames.ETag)
            .SetPreflightMaxAge(options.PreflightMaxAge);
        switch (options.AllowedOrigins)
        {
            case [BrowserOptions.AnyOrigin]:
                policy.AllowAnyOrigin();
                break;
            case [BrowserOptions.NoOrigin]:
                break;
            default:
                policy.WithOrigins([.. options.AllowedOrigins]);
                break;
        }
    }
}
