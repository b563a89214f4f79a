namespace Janus.Cli.Files;

/// <summary>The members of a file by which one party learns what two Aggregators share for all advertised tasks; bytes are base64url without padding.</summary>
/// <param name="For">Whom the file is for: leader, helper or collector.</param>
/// <param name="Leader">The Leader's endpoint.</param>
/// <param name="Helper">The Helper's endpoint.</param>
/// <param name="VerifyKeyInit">The secret that verification keys are derived from.</param>
/// <param name="VerificationKeyId">Names the secret; 0 when left out.</param>
/// <param name="CollectorHpkeConfig">The encoded HpkeConfig of the Collector.</param>
/// <param name="AggregatorToken">What the Leader presents to the Helper: secret.</param>
/// <param name="CollectorToken">What the Collector presents to the Leader: secret.</param>
internal sealed record TaskprovPeerFileJson(
    string? For,
    string? Leader,
    string? Helper,
    string? VerifyKeyInit,
    byte? VerificationKeyId,
    string? CollectorHpkeConfig,
    string? AggregatorToken,
    string? CollectorToken)
{
    /// <summary>The type's name: most members are secret.</summary>
    public override string ToString() => nameof(TaskprovPeerFileJson);
}
