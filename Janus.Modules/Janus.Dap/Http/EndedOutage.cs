namespace Janus.Dap;

/// <summary>An <see cref="Outage"/> that is over.</summary>
/// <param name="Duration">From its first failure to the success that ended it.</param>
/// <param name="Failures">How many attempts failed in it.</param>
public readonly record struct EndedOutage(TimeSpan Duration, long Failures);
