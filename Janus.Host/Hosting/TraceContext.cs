using System.Diagnostics;
using Janus.Aggregator;

namespace Janus.Host.Hosting;

/// <summary>
/// Gives what the aggregator does by itself a trace ID that goes to the Helper and into log lines, though nothing is exported.
/// </summary>
internal sealed class TraceContext : IHostedService, IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == AggregatorModule.ActivitySourceName,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
    };

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        ActivitySource.AddActivityListener(_listener);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _listener.Dispose();
}
