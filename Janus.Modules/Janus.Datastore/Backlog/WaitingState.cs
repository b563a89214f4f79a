namespace Janus.Datastore;

/// <summary>What a job that has not ended waits for.</summary>
public enum WaitingState
{
    /// <summary>For a driver.</summary>
    Due,

    /// <summary>A driver has it.</summary>
    Leased,

    /// <summary>For its time: after a failure, for the Helper's answer, or for its batch.</summary>
    Postponed,
}
