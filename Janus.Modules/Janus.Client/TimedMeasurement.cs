using Janus.Vdaf;

namespace Janus.Client;

/// <summary>A measurement and when it was made.</summary>
/// <param name="Measurement">The measurement: a secret.</param>
/// <param name="GeneratedAt">When it was made; the report tells it rounded down to the task's time precision.</param>
public readonly record struct TimedMeasurement(Measurement Measurement, DateTimeOffset GeneratedAt);
