namespace Janus.Datastore;

/// <summary>What became of one uploaded report.</summary>
public enum UploadOutcome
{
    /// <summary>The report waits for aggregation.</summary>
    Stored,

    /// <summary>A report with this ID was stored before; nothing changed.</summary>
    Replayed,

    /// <summary>The report's batch bucket has been collected; nothing changed.</summary>
    BatchCollected,
}
