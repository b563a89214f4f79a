namespace Janus.Aggregator;

/// <summary>How often what waits in the database is looked at.</summary>
/// <param name="Value">The interval, more than nothing.</param>
internal sealed record BacklogInterval(TimeSpan Value);
