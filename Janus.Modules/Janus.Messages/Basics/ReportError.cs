namespace Janus.Messages;

/// <summary>
/// Why a single report was not taken: DAP §4.1 (basic-definitions). The registry may grow, so other values decode too.
/// </summary>
public enum ReportError : byte
{
    /// <summary>Never sent.</summary>
    Reserved = 0,

    /// <summary>The report belongs to a batch that has been collected.</summary>
    BatchCollected = 1,

    /// <summary>A report with this ID has been aggregated before.</summary>
    ReportReplayed = 2,

    /// <summary>Whether the report is valid can no longer be told.</summary>
    ReportDropped = 3,

    /// <summary>Registered, but no procedure of the draft gives it.</summary>
    HpkeUnknownConfigId = 4,

    /// <summary>The input share could not be decrypted, or its HPKE configuration is not known.</summary>
    HpkeDecryptError = 5,

    /// <summary>VDAF verification failed.</summary>
    VdafVerifyError = 6,

    /// <summary>The report's time is after the task's interval.</summary>
    TaskExpired = 7,

    /// <summary>The report, its input share or its extensions are malformed.</summary>
    InvalidMessage = 8,

    /// <summary>The report's time is too far in the future; it may come back later.</summary>
    ReportTooEarly = 9,

    /// <summary>The report's time is before the task's interval.</summary>
    TaskNotStarted = 10,

    /// <summary>The Leader does not know the HPKE configuration of an uploaded report.</summary>
    OutdatedConfig = 11,
}
