namespace Janus.Datastore;

/// <summary>Jobs of one kind and state that have not ended.</summary>
/// <param name="Kind">Which loop drives them.</param>
/// <param name="State">What they wait for.</param>
/// <param name="Count">How many there are, up to <see cref="BacklogStore.MaximumJobs"/> of a kind.</param>
/// <param name="OldestCreation">When the oldest was created.</param>
/// <param name="OldestDue">Since when the one that has waited longest for a driver has been due; later than now for others.</param>
public sealed record WaitingJobs(WorkKind Kind, WaitingState State, long Count, DateTimeOffset OldestCreation, DateTimeOffset OldestDue);
