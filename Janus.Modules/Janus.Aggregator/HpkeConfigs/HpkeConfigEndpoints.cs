using System.Globalization;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The HPKE configurations of this Aggregator: DAP §4.4.1 (hpke-config).</summary>
internal sealed class HpkeConfigEndpoints
{
    private readonly HpkeKeyring _keyring;
    private readonly string _cacheControl;

    public HpkeConfigEndpoints(HpkeKeyring keyring, IOptions<AggregatorOptions> options)
    {
        _keyring = keyring;
        long seconds = (long)options.Value.HpkeConfigCacheLifetime.TotalSeconds;
        _cacheControl = string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}");
    }

    /// <summary><c>GET hpke_config</c>.</summary>
    public async Task GetAsync(HttpContext context)
    {
        HpkeConfigList list = new(_keyring.Configs);
        context.Response.Headers.CacheControl = _cacheControl;
        await context.WriteAsync(DapMediaType.HpkeConfigList, WireMessage.Encode(list));
    }
}
