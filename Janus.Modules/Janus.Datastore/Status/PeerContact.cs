namespace Janus.Datastore;

/// <summary>How the other Aggregator of a task was met last.</summary>
/// <param name="ContactAt">
/// When a Leader got an answer of the Helper last, or a Helper a request of the Leader that it authenticated;
/// <see langword="null"/> for never.
/// </param>
/// <param name="ErrorAt">When something went wrong last; <see langword="null"/> for never.</param>
/// <param name="Error">What went wrong then, without secrets.</param>
public sealed record PeerContact(DateTimeOffset? ContactAt, DateTimeOffset? ErrorAt, string? Error)
{
    /// <summary>The longest text of an error that is kept, in characters.</summary>
    public const int MaximumErrorLength = 300;

    /// <summary>Nothing is known.</summary>
    public static PeerContact None { get; } = new(null, null, null);

    /// <summary>Whether the error is the latest that is known of the peer.</summary>
    public bool IsFailing => ErrorAt is { } failed && (ContactAt is null || failed >= ContactAt);

    /// <summary>The later of both in each respect.</summary>
    public PeerContact Merge(PeerContact other)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool isNewer = other.ErrorAt is not null && (ErrorAt is null || other.ErrorAt >= ErrorAt);
        return new PeerContact(
            ContactAt is null || other.ContactAt > ContactAt ? other.ContactAt ?? ContactAt : ContactAt,
            isNewer ? other.ErrorAt : ErrorAt,
            isNewer ? other.Error : Error);
    }
}
