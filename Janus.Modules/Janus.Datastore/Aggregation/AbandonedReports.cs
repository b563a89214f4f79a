namespace Janus.Datastore;

/// <summary>What became of the reports of an aggregation job that the Leader has given up.</summary>
/// <param name="PutBack">So many wait to be in another job, which is their last.</param>
/// <param name="Dropped">So many are dropped; they stay known as replayed.</param>
public readonly record struct AbandonedReports(int PutBack, int Dropped);
