namespace Janus.Datastore;

/// <summary>A secret that we share with a peer, from which verification keys are derived: Taskprov (vdaf-verify-key).</summary>
public sealed record TaskprovVerifyKeyInit
{
    /// <summary>The length of the secret in bytes.</summary>
    public const int Length = 32;

    /// <summary>
    /// Names the secret to the peer: the <c>verification_key_id</c> of the aggregation jobs of tasks whose key was derived
    /// from it.
    /// </summary>
    public required byte Id { get; init; }

    /// <summary>The secret, <c>verify_key_init</c>, 32 bytes.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>When it was added here. A Leader derives the keys of new tasks from the newest.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The ID, never the secret.</summary>
    public override string ToString() => $"{nameof(TaskprovVerifyKeyInit)} {Id}";
}
