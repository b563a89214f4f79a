namespace Janus.Datastore;

/// <summary>A batch of the Leader's choice that takes reports; planning counts up what it assigns.</summary>
internal sealed class OpenBatch(byte[] id, long? timeWindow, long assignedCount)
{
    public byte[] Id { get; } = id;

    public long? TimeWindow { get; } = timeWindow;

    public long AssignedCount { get; set; } = assignedCount;
}
