namespace Janus.Collector;

/// <summary>The Leader is still at work on a collection job.</summary>
/// <param name="Job">The job.</param>
/// <param name="Polls">How often the Leader has answered that the job is pending.</param>
/// <param name="PollAfter">How long it is until the next question.</param>
public readonly record struct CollectionProgress(CollectionJobHandle Job, int Polls, TimeSpan PollAfter);
