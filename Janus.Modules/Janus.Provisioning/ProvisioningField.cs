namespace Janus.Provisioning;

/// <summary>What an operator says, by its name here; each interface to operators has names of its own for it.</summary>
public enum ProvisioningField
{
    /// <summary>The Leader's endpoint.</summary>
    Leader,

    /// <summary>The Helper's endpoint.</summary>
    Helper,

    /// <summary>The VDAF with its parameters.</summary>
    Vdaf,

    /// <summary>The smallest number of reports that is ever aggregated.</summary>
    MinBatchSize,

    /// <summary>The unit of a task's times.</summary>
    TimePrecision,

    /// <summary>What tells tasks apart that are otherwise alike.</summary>
    TaskInfo,

    /// <summary>When a task starts to take reports.</summary>
    TaskStart,

    /// <summary>How long a task takes reports.</summary>
    TaskDuration,

    /// <summary>The VDAF verification key.</summary>
    VerifyKey,

    /// <summary>The secret that the verification keys of a peer's tasks are derived from.</summary>
    VerifyKeyInit,

    /// <summary>Names a <see cref="VerifyKeyInit"/>.</summary>
    VerificationKeyId,

    /// <summary>What aggregate shares are encrypted to.</summary>
    CollectorHpkeConfig,

    /// <summary>What two Aggregators share for all advertised tasks.</summary>
    Agreement,

    /// <summary>How many reports a batch of the Leader's choice gets.</summary>
    TargetBatchSize,

    /// <summary>The longest time that a batch of the Leader's choice spans.</summary>
    BatchTimeWindow,

    /// <summary>Whether the Helper answers later.</summary>
    Asynchronous,

    /// <summary>How old reports may get here.</summary>
    ReportExpiryAge,

    /// <summary>The noise of this Aggregator.</summary>
    DifferentialPrivacy,

    /// <summary>Whether endpoints without TLS are taken that are not on this machine.</summary>
    AllowHttp,

    /// <summary>Who presents a credential to whom.</summary>
    Purpose,

    /// <summary>What a credential is called.</summary>
    Label,

    /// <summary>When a credential begins to be valid.</summary>
    NotBefore,

    /// <summary>When a credential stops being valid.</summary>
    NotAfter,

    /// <summary>A bearer token.</summary>
    Token,

    /// <summary>Whether a change is made although somebody may be locked out by it.</summary>
    Force,

    /// <summary>A ciphersuite of HPKE.</summary>
    Ciphersuite,
}
