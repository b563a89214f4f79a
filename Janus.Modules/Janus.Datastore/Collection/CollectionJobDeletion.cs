namespace Janus.Datastore;

/// <summary>A collection job that has just been deleted.</summary>
/// <param name="HelperLocation">The Helper's aggregate share for it, if there is one that is known.</param>
public sealed record CollectionJobDeletion(string? HelperLocation);
