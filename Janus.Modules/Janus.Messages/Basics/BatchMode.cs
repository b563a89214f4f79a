namespace Janus.Messages;

/// <summary>How reports are put into batches: DAP §5 (batch-modes). Other values decode too.</summary>
public enum BatchMode : byte
{
    /// <summary>Never used.</summary>
    Reserved = 0,

    /// <summary>A batch is an interval of report times.</summary>
    TimeInterval = 1,

    /// <summary>A batch is named by an ID that the Leader chooses.</summary>
    LeaderSelected = 2,
}
