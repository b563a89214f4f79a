using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Client;

/// <summary>
/// Gets one Aggregator's HPKE configuration for one task and keeps it as long as the Aggregator allows:
/// DAP §4.4.1 (hpke-config).
/// </summary>
internal sealed class HpkeConfigSource
{
    // What must not be kept still serves the reports that are being made right now.
    private static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(1);

    private readonly TaskId _taskId;
    private readonly TaskConfiguration _taskConfiguration;
    private readonly Role _server;
    private readonly DapExchange _exchange;
    private readonly DapClientOptions _options;
    private readonly DapRequest _request;
    private readonly Lock _lock = new();
    private Entry? _entry;
    private Task<InputShareSealer>? _fetching;
    private bool _outdated;

    public HpkeConfigSource(
        TaskId taskId, TaskConfiguration taskConfiguration, Role server, DapExchange exchange, DapClientOptions options)
    {
        _taskId = taskId;
        _taskConfiguration = taskConfiguration;
        _server = server;
        _exchange = exchange;
        _options = options;
        AggregatorUrls urls = new(server == Role.Leader
            ? taskConfiguration.LeaderAggregatorEndpoint
            : taskConfiguration.HelperAggregatorEndpoint);
        _request = DapVersion.Newest.Requests.GetHpkeConfigs(urls, taskId) with { MaximumResponseLength = sizeof(ushort) + ushort.MaxValue };
    }

    /// <summary>Encrypts to the Aggregator's preferred configuration among those that are supported.</summary>
    /// <exception cref="DapResponseException">The answer is not a list of configurations, or none is usable.</exception>
    public ValueTask<InputShareSealer> GetAsync(CancellationToken cancellationToken)
    {
        Task<InputShareSealer> fetching;
        lock (_lock)
        {
            if (_entry is { } entry && _options.TimeProvider.GetUtcNow() < entry.Expiry)
            {
                return new ValueTask<InputShareSealer>(entry.Sealer);
            }

            // One request serves all who wait, so none of them can cancel it.
            fetching = _fetching is { IsCompleted: false } running ? running : _fetching = FetchAsync(_outdated);
        }

        return new ValueTask<InputShareSealer>(fetching.WaitAsync(cancellationToken));
    }

    /// <summary>Forgets the configuration, unless another one has taken its place since <paramref name="outdated"/> was used.</summary>
    public void Invalidate(InputShareSealer outdated)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_entry?.Sealer, outdated))
            {
                _entry = null;
                _outdated = true;
            }
        }
    }

    private async Task<InputShareSealer> FetchAsync(bool outdated)
    {
        // A cache on the way may hold what the Leader has just called outdated.
        DateTimeOffset asked = _options.TimeProvider.GetUtcNow();
        DapResponse response = await _exchange.SendAsync(_request with { NoCache = outdated }, CancellationToken.None);
        InputShareSealer sealer = Choose(response);
        TimeSpan lifetime = response.Freshness ?? _options.DefaultHpkeConfigLifetime;
        lifetime = lifetime > ShortestLifetime ? lifetime : ShortestLifetime;
        DateTimeOffset expiry = lifetime < DateTimeOffset.MaxValue - asked ? asked + lifetime : DateTimeOffset.MaxValue;
        lock (_lock)
        {
            _entry = new Entry(sealer, expiry);
            _outdated = false;
        }

        return sealer;
    }

    private InputShareSealer Choose(DapResponse response)
    {
        HpkeConfigList list;
        try
        {
            list = WireMessage.Decode<HpkeConfigList>(response.Content.Span);
        }
        catch (DecodeException exception)
        {
            throw new DapResponseException(
                response.Resource, response.Status, $"expected a list of HPKE configurations of the {_server}: {exception.Message}", exception);
        }

        foreach (HpkeConfig config in list.Configs.Where(config => config.Suite().IsSupported))
        {
            try
            {
                return new InputShareSealer(DapVersion.Newest, _taskId, _taskConfiguration, _server, config);
            }
            catch (ArgumentException)
            {
                // Its public key is not one of its KEM: as good as not supported.
            }
        }

        throw new DapResponseException(
            response.Resource, response.Status, $"none of the {list.Configs.Count} HPKE configurations of the {_server} is supported");
    }

    private sealed record Entry(InputShareSealer Sealer, DateTimeOffset Expiry);
}
