using Janus.Datastore;

namespace Janus.Provisioning;

/// <summary>What an operator says of a new token or pinned certificate.</summary>
public sealed record NewCredential
{
    /// <summary>Who presents it to whom; on a Helper, the Leader to us unless given.</summary>
    public AuthTokenPurpose? Purpose { get; init; }

    /// <summary>What to call it, once among those of its owner; its purpose with the date and a random part unless given.</summary>
    public string? Label { get; init; }

    /// <summary>When it begins to be valid; at once unless given.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>When it stops being valid; never unless given.</summary>
    public DateTimeOffset? NotAfter { get; init; }
}
