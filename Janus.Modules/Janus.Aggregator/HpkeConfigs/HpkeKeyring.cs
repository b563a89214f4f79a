using System.Diagnostics.Metrics;
using Janus.Dap;
using Janus.Datastore;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>Our HPKE keys in memory: read from the database at start, whenever they change, and every few seconds besides.</summary>
/// <remarks>A process that finds no key to announce makes one, so that a new deployment works without a command.</remarks>
internal sealed partial class HpkeKeyring : BackgroundService
{
    /// <summary>How long it takes at most to see a change without being notified.</summary>
    public static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(5);

    private readonly HpkeKeyStore _store;
    private readonly HpkeRotationPolicy _policy;
    private readonly WorkWaiter _changes;
    private readonly TimeProvider _time;
    private readonly ILogger<HpkeKeyring> _logger;
    private Snapshot _current = new([], [], new InputShareRecipients(DapVersion.Newest, Role.Leader, []), new InputShareRecipients(DapVersion.Newest, Role.Helper, []));

    public HpkeKeyring(
        HpkeKeyStore store, WorkSignal signal, IOptions<AggregatorOptions> options, AggregatorMetrics metrics, TimeProvider time, ILogger<HpkeKeyring> logger)
    {
        _store = store;
        _policy = options.Value.KeyRotation.ToPolicy();
        _changes = signal.CreateWaiter(WorkKind.HpkeKeys);
        _time = time;
        _logger = logger;
        metrics.Maintenance.ObserveHpkeKeys(Ages);
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
                await _changes.WaitAsync(ReloadInterval, stoppingToken);
                await LoadAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Error);
                LogLoadFailed(level, exception);
            }
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredHpkeKey> keys = await _store.ListAsync(cancellationToken);
        if (!keys.Any(key => key.Status.State == HpkeKeyState.Active))
        {
            foreach (HpkeKeyTransition transition in (await _store.RotateAsync(_policy, _time.GetUtcNow(), cancellationToken)).Transitions)
            {
                LogNoneActive(transition);
            }

            keys = await _store.ListAsync(cancellationToken);
        }

        if (!_current.Keys.SequenceEqual(keys.Select(key => (key.Config, key.Status))))
        {
            Take(keys);
        }
    }

    private void Take(IReadOnlyList<StoredHpkeKey> keys)
    {
        // Requests in flight may still hold the old recipients, so their key pairs are left to the finalizer.
        (HpkeConfig Config, HpkeKeyPair KeyPair)[] pairs =
            [.. keys.Select(key => (key.Config, HpkeKeyPair.Import(key.Config.Suite().Kem, key.PrivateKey)))];
        HpkeConfig[] announced = [.. HpkeKeyStatus.Announced(keys, key => key.Status).Select(key => key.Config)];

        // A list that stays the same keeps its encoding and its ETag.
        IReadOnlyList<HpkeConfig> configs = _current.Configs.SequenceEqual(announced) ? _current.Configs : announced;
        Volatile.Write(ref _current, new Snapshot(
            [.. keys.Select(key => (key.Config, key.Status))],
            configs,
            new InputShareRecipients(DapVersion.Newest, Role.Leader, pairs),
            new InputShareRecipients(DapVersion.Newest, Role.Helper, pairs)));
        HpkeConfigId[] announcedIds = [.. configs.Select(config => config.Id)];
        HpkeConfigId[] acceptedIds = [.. pairs.Select(pair => pair.Config.Id)];
        LogLoaded(announcedIds, acceptedIds);
    }

    // The age counts from when the key came into its state.
    private IEnumerable<Measurement<double>> Ages()
    {
        DateTimeOffset now = _time.GetUtcNow();
        return Volatile.Read(ref _current).Keys.Select(key => new Measurement<double>(
            (now - key.Status.Since).TotalSeconds,
            new KeyValuePair<string, object?>("config_id", (int)key.Config.Id.Value),
            Label.Of("state", key.Status.State)));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "no HPKE key was active: {Transition}")]
    private partial void LogNoneActive(HpkeKeyTransition transition);

    [LoggerMessage(Level = LogLevel.Information, Message = "HPKE keys: configurations {Announced} announced, {Accepted} accepted")]
    private partial void LogLoaded(HpkeConfigId[] announced, HpkeConfigId[] accepted);

    [LoggerMessage(Message = "the HPKE keys could not be read; trying again")]
    private partial void LogLoadFailed(LogLevel level, Exception exception);

    private sealed record Snapshot(
        (HpkeConfig Config, HpkeKeyStatus Status)[] Keys, IReadOnlyList<HpkeConfig> Configs, InputShareRecipients Leader, InputShareRecipients Helper);
}
