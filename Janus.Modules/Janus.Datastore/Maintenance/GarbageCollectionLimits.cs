namespace Janus.Datastore;

/// <summary>How a round of garbage collection goes about.</summary>
/// <param name="GracePeriod">How long expired data are kept after they have become invisible.</param>
/// <param name="RowsPerTransaction">The most rows that one transaction deletes.</param>
/// <param name="Pause">The wait after each transaction that deleted something.</param>
/// <param name="VacuumAfterRows">So many deleted rows of a table have it vacuumed at the end of the round; 0 leaves that to PostgreSQL.</param>
public sealed record GarbageCollectionLimits(TimeSpan GracePeriod, int RowsPerTransaction, TimeSpan Pause, long VacuumAfterRows);
