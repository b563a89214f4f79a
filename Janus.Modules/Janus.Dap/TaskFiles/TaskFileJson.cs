namespace Janus.Dap;

/// <summary>The members of a task file; bytes are base64url without padding.</summary>
/// <param name="For">Whom the file is for: leader, helper, collector or client.</param>
/// <param name="TaskId">The task ID.</param>
/// <param name="TaskConfiguration">The encoded TaskConfiguration, byte for byte.</param>
/// <param name="Vdaf">The VDAF in words, with the boundaries of a histogram; without it, buckets have numbers.</param>
/// <param name="VerifyKey">The VDAF verification key: secret.</param>
/// <param name="VerificationKeyId">Names the verification key; 0 when left out.</param>
/// <param name="CollectorHpkeConfig">The encoded HpkeConfig of the Collector.</param>
/// <param name="AggregatorToken">What the Leader presents to the Helper: secret.</param>
/// <param name="CollectorToken">What the Collector presents to the Leader: secret.</param>
/// <param name="DifferentialPrivacy">The noise that each Aggregator is to add to its aggregate shares; none when left out.</param>
/// <param name="Taskprov">Whether the task is not provisioned at the Aggregators, but advertised to them; false when left out.</param>
internal sealed record TaskFileJson(
    string? For,
    string? TaskId,
    string? TaskConfiguration,
    string? Vdaf,
    string? VerifyKey,
    byte? VerificationKeyId,
    string? CollectorHpkeConfig,
    string? AggregatorToken,
    string? CollectorToken,
    string? DifferentialPrivacy,
    bool? Taskprov)
{
    /// <summary>The fingerprint of the task ID and configuration, for people to compare; checked where it is given.</summary>
    public string? TaskConfigurationFingerprint { get; init; }

    /// <summary>The fingerprint of the verify key, for people to compare; checked where it is given.</summary>
    public string? VerifyKeyFingerprint { get; init; }

    /// <summary>The type's name: most members are secret.</summary>
    public override string ToString() => nameof(TaskFileJson);
}
