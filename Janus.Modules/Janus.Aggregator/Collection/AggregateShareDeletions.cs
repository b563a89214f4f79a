using System.Threading.Channels;
using Microsoft.Extensions.Hosting;

namespace Janus.Aggregator;

/// <summary>
/// Tells the Helper of aggregate shares that the Collector no longer wants, so that the Collector need not wait for the
/// Helper: DAP §4.6.5 (aggregate share deletion).
/// </summary>
/// <remarks>
/// Nothing depends on a deletion, so one that finds no place is left to the Helper's garbage collection. What is waiting
/// when the process stops is still sent, within the time that the host allows.
/// </remarks>
internal sealed class AggregateShareDeletions : BackgroundService
{
    private const int Capacity = 1_000;
    private const int Concurrency = 4;

    private readonly HelperConnection _helper;
    private readonly CancellationTokenSource _abort = new();
    private readonly Channel<(AggregatorTask Task, Uri Location)> _waiting = Channel.CreateBounded<(AggregatorTask, Uri)>(Capacity);

    public AggregateShareDeletions(HelperConnection helper) => _helper = helper;

    /// <summary>Has the Helper's aggregate share deleted soon. False when too many wait already.</summary>
    public bool TryAdd(AggregatorTask task, Uri location) => _waiting.Writer.TryWrite((task, location));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        using CancellationTokenRegistration registration = cancellationToken.Register(_abort.Cancel);
        await (ExecuteTask ?? Task.CompletedTask);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Parallel.ForEachAsync(
                _waiting.Reader.ReadAllAsync(_abort.Token),
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = _abort.Token },
                async (deletion, token) => await _helper.TryDeleteAggregateShareAsync(deletion.Task, deletion.Location, token));
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
        }
    }
}
