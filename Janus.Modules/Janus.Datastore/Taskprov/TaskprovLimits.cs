namespace Janus.Datastore;

/// <summary>How many tasks are opted into for one peer.</summary>
/// <param name="MaximumTasks">The most tasks at once.</param>
/// <param name="MaximumNewTasks">The most new tasks within a period.</param>
/// <param name="Period">The period.</param>
public readonly record struct TaskprovLimits(int MaximumTasks, int MaximumNewTasks, TimeSpan Period);
