namespace Janus.Datastore;

/// <summary>Why a database does nothing for anybody at present.</summary>
public enum DatabaseFailureKind
{
    /// <summary>It cannot be reached, or is starting or stopping.</summary>
    Unreachable,

    /// <summary>It does not answer in time.</summary>
    Silent,

    /// <summary>It does not let us in: a wrong password, or a database or role that is not there.</summary>
    Refused,

    /// <summary>It has no connection left for us, or our pool has none.</summary>
    Busy,

    /// <summary>It answers but takes no writes: a standby, or a database that was made read-only.</summary>
    ReadOnly,

    /// <summary>It has no space left to write.</summary>
    Full,

    /// <summary>What a session prepared is gone or somebody else's: there is a pooler in between that gives connections to transactions.</summary>
    Pooled,
}
