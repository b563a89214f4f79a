using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Janus.IntegrationTests.Telemetry;

/// <summary>What the instruments of one meter have measured since.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Name, string Labels, double Value)> _all = [];

    public Measurements(Meter meter)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The sum of what an instrument has measured, by its labels; what measured nothing but 0 is not there.</summary>
    public IReadOnlyDictionary<string, double> SumsOf(string name) => _all
        .Where(one => one.Name == name)
        .GroupBy(one => one.Labels)
        .Where(group => group.Any(one => one.Value != 0))
        .ToDictionary(group => group.Key, group => group.Sum(one => one.Value));

    /// <summary>How often an instrument has measured something, by its labels.</summary>
    public IReadOnlyDictionary<string, int> CountsOf(string name) => _all
        .Where(one => one.Name == name)
        .GroupBy(one => one.Labels)
        .ToDictionary(group => group.Key, group => group.Count());

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _all.Enqueue((instrument.Name, string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")), value));
}
