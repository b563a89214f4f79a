using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Janus.Aggregator;

/// <summary>The HPKE configurations of this Aggregator: DAP §4.4.1 (hpke-config).</summary>
internal sealed class HpkeConfigEndpoints
{
    private readonly HpkeKeyring _keyring;
    private readonly string _cacheControl;
    private Representation? _current;

    public HpkeConfigEndpoints(HpkeKeyring keyring, IOptions<AggregatorOptions> options)
    {
        _keyring = keyring;

        // What is announced now may expire at once, and is honoured for that long afterwards.
        TimeSpan honoured = options.Value.KeyRotation.ExpiredDuration / 2;
        TimeSpan lifetime = options.Value.HpkeConfigCacheLifetime;
        long seconds = (long)(lifetime < honoured ? lifetime : honoured).TotalSeconds;
        _cacheControl = string.Create(CultureInfo.InvariantCulture, $"max-age={seconds}");
    }

    /// <summary><c>GET hpke_config</c>; 304 when the sender has the same list already.</summary>
    public async Task GetAsync(HttpContext context)
    {
        Representation current = Represent(_keyring.Configs);
        IHeaderDictionary headers = context.Response.Headers;
        headers.CacheControl = _cacheControl;
        headers.ETag = current.Tag.ToString();
        // Without it a cache would give a browser what was meant for others, without permission to read it.
        headers.Vary = HeaderNames.Origin;
        if (HasCurrent(context.Request, current.Tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await context.WriteAsync(DapVersion.Newest.MediaTypes.HpkeConfigList, current.Body);
    }

    // RFC 9110 §13.1.2: weak comparison, or any at all.
    private static bool HasCurrent(HttpRequest request, EntityTagHeaderValue tag) => request.GetTypedHeaders().IfNoneMatch
        .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));

    private Representation Represent(IReadOnlyList<HpkeConfig> configs)
    {
        Representation? current = Volatile.Read(ref _current);
        if (current is null || !ReferenceEquals(current.Configs, configs))
        {
            byte[] body = WireMessage.Encode(new HpkeConfigList(configs));
            string hash = Base64Url.EncodeToString(SHA256.HashData(body));
            current = new Representation(configs, body, new EntityTagHeaderValue($"\"{hash}\""));
            Volatile.Write(ref _current, current);
        }

        return current;
    }

    private sealed record Representation(IReadOnlyList<HpkeConfig> Configs, byte[] Body, EntityTagHeaderValue Tag);
}
