using Janus.Datastore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>
/// The role <c>key-rotator</c>: makes HPKE keys, announces them, lets them expire and deletes them. Any number of processes
/// may have it.
/// </summary>
internal sealed partial class HpkeKeyRotator : BackgroundService
{
    private readonly HpkeKeyStore _store;
    private readonly HpkeRotationPolicy _policy;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<HpkeKeyRotator> _logger;

    public HpkeKeyRotator(HpkeKeyStore store, IOptions<AggregatorOptions> options, TimeProvider time, ILogger<HpkeKeyRotator> logger)
    {
        _store = store;
        _policy = options.Value.KeyRotation.ToPolicy();
        _interval = options.Value.KeyRotation.CheckInterval;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RotateAsync(stoppingToken);
                await Task.Delay(_interval, _time, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Every key goes on as it is, so there is time.
                LogLevel level = DatabaseFailure.LevelOf(exception, LogLevel.Error);
                LogFailed(level, exception, _interval.TotalSeconds);
                await Task.Delay(_interval, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task RotateAsync(CancellationToken cancellationToken)
    {
        HpkeKeyChanges changes = await _store.RotateAsync(_policy, _time.GetUtcNow(), cancellationToken);
        foreach (HpkeKeyTransition transition in changes.Transitions)
        {
            LogTransition(transition);
        }

        if (changes.LacksIds)
        {
            LogNoId();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Transition}")]
    private partial void LogTransition(HpkeKeyTransition transition);

    [LoggerMessage(Level = LogLevel.Error, Message = "no HPKE key can be made: all 256 configuration IDs are taken; delete expired keys with 'janus hpke-key set-state ID deleted'")]
    private partial void LogNoId();

    [LoggerMessage(Message = "the HPKE keys could not be rotated; trying again in {DelaySeconds} s")]
    private partial void LogFailed(LogLevel level, Exception exception, double delaySeconds);
}
