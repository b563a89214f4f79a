using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Janus.Aggregator;

/// <summary>Our HPKE keys in memory: read from the database at start and again every few seconds.</summary>
/// <remarks>An aggregator that finds no key at all makes one, so that a new deployment works without a command.</remarks>
internal sealed partial class HpkeKeyring : BackgroundService
{
    private static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(5);

    private readonly HpkeKeyStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<HpkeKeyring> _logger;
    private Snapshot _current = new([], new InputShareRecipients(Role.Leader, []), new InputShareRecipients(Role.Helper, []));

    public HpkeKeyring(HpkeKeyStore store, TimeProvider time, ILogger<HpkeKeyring> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <summary>The configurations to announce, newest first; none before the keys have been read.</summary>
    public IReadOnlyList<HpkeConfig> Configs => Volatile.Read(ref _current).Configs;

    /// <summary>The keys that open what is encrypted to us in <paramref name="role"/>.</summary>
    public InputShareRecipients RecipientsOf(Role role)
    {
        Snapshot snapshot = Volatile.Read(ref _current);
        return role == Role.Leader ? snapshot.Leader : snapshot.Helper;
    }

    /// <summary>Reads the keys before the process serves its first request.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LoadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(ReloadInterval, _time, stoppingToken);
                await LoadAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLoadFailed(exception);
            }
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredHpkeKey> keys = await _store.ListAsync(cancellationToken);
        if (keys.Count == 0)
        {
            bool made = await _store.AddAsync(NewKey(), cancellationToken);
            keys = await _store.ListAsync(cancellationToken);
            if (made)
            {
                LogKeyMade(keys[0].Config.Id.Value);
            }
        }

        if (_current.Configs.SequenceEqual(keys.Select(key => key.Config)))
        {
            return;
        }

        // Requests in flight may still hold the old recipients, so their key pairs are left to the finalizer.
        (HpkeConfig Config, HpkeKeyPair KeyPair)[] pairs =
            [.. keys.Select(key => (key.Config, HpkeKeyPair.Import(key.Config.Suite().Kem, key.PrivateKey)))];
        Volatile.Write(ref _current, new Snapshot(
            [.. pairs.Select(pair => pair.Config)],
            new InputShareRecipients(Role.Leader, pairs),
            new InputShareRecipients(Role.Helper, pairs)));
    }

    private StoredHpkeKey NewKey()
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(HpkeConfigs.MandatorySuite.Kem);
        HpkeConfig config = HpkeConfigs.Create(new HpkeConfigId(1), HpkeConfigs.MandatorySuite, pair);
        return new StoredHpkeKey(config, pair.ExportPrivateKey(), _time.GetUtcNow());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "no HPKE key was there: configuration {ConfigId} made")]
    private partial void LogKeyMade(byte configId);

    [LoggerMessage(Level = LogLevel.Error, Message = "the HPKE keys could not be read; trying again")]
    private partial void LogLoadFailed(Exception exception);

    private sealed record Snapshot(IReadOnlyList<HpkeConfig> Configs, InputShareRecipients Leader, InputShareRecipients Helper);
}
