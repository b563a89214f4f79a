using System.Security.Cryptography;
using Janus.Dap;

namespace Janus.Datastore;

/// <summary>
/// A credential with the time in which it is valid: a bearer token to present, or what is accepted of a peer, a token or a
/// pinned client certificate. A peer may have several, so that they are changed without a gap: DAP §3.5 (request-authentication).
/// </summary>
public sealed record AuthToken
{
    /// <summary>The length of the ID of all but a task's first token to present, in bytes.</summary>
    public const int IdLength = 16;

    /// <summary>The most characters of a label.</summary>
    public const int MaximumLabelLength = 100;

    private const string FirstLabel = "first";

    /// <summary>
    /// The ID in this database, to which a token to present is bound: 16 random bytes; the 32 bytes of the task ID for the
    /// token to present with which a task was added.
    /// </summary>
    public required byte[] Id { get; init; }

    /// <summary>What operators call it, once among the credentials of its owner.</summary>
    public required string Label { get; init; }

    /// <summary>Whether it is presented or accepted, and who the peer is.</summary>
    public required AuthTokenPurpose Purpose { get; init; }

    /// <summary>Bearer token or pinned certificate.</summary>
    public AuthTokenKind Kind { get; init; } = AuthTokenKind.Bearer;

    /// <summary>The token to present; <see langword="null"/> for what is accepted.</summary>
    public BearerToken? Token { get; init; }

    /// <summary>
    /// Of an accepted token its SHA-256 hash, of a pinned certificate the SHA-256 hash of its SubjectPublicKeyInfo, 32 bytes;
    /// <see langword="null"/> for what is presented.
    /// </summary>
    public byte[]? Hash { get; init; }

    /// <summary>The first instant at which it is valid; <see langword="null"/> for always before <see cref="NotAfter"/>.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The first instant at which it is not valid any more; <see langword="null"/> for never.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>When it was added here.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>A token that a Leader presents to the Helper.</summary>
    public static AuthToken ToPresent(string label, BearerToken token, DateTimeOffset createdAt) => new()
    {
        Id = RandomNumberGenerator.GetBytes(IdLength),
        Label = label,
        Purpose = AuthTokenPurpose.PresentToHelper,
        Token = token,
        CreatedAt = createdAt,
    };

    /// <summary>A token that is accepted of a peer, given by its SHA-256 hash of 32 bytes.</summary>
    public static AuthToken ToAccept(AuthTokenPurpose purpose, string label, byte[] hash, DateTimeOffset createdAt) => new()
    {
        Id = RandomNumberGenerator.GetBytes(IdLength),
        Label = label,
        Purpose = purpose,
        Hash = hash,
        CreatedAt = createdAt,
    };

    /// <summary>A client certificate that is accepted of a peer, given by the SHA-256 hash of its SubjectPublicKeyInfo.</summary>
    public static AuthToken ToAcceptCertificate(AuthTokenPurpose purpose, string label, byte[] keyHash, DateTimeOffset createdAt) =>
        ToAccept(purpose, label, keyHash, createdAt) with { Kind = AuthTokenKind.CertificateKey };

    /// <summary>
    /// The token that a Leader presents to the Helper at an instant, of those that are valid the one that became so last;
    /// <see langword="null"/> when there is none.
    /// </summary>
    public static AuthToken? ToPresentAt(IEnumerable<AuthToken> tokens, DateTimeOffset now) => tokens
        .Where(token => token.Purpose == AuthTokenPurpose.PresentToHelper && token.IsValidAt(now))
        .OrderByDescending(token => token.NotBefore > token.CreatedAt ? token.NotBefore : token.CreatedAt)
        .ThenByDescending(token => token.CreatedAt)
        .FirstOrDefault();

    /// <summary>The first token that a task's Leader presents to the Helper.</summary>
    public static AuthToken FirstToPresent(BearerToken token, DateTimeOffset createdAt) =>
        ToPresent($"{FirstLabel}-to-helper", token, createdAt);

    /// <summary>The first token that a task's Helper accepts from the Leader.</summary>
    public static AuthToken FirstFromLeader(BearerToken token, DateTimeOffset createdAt) =>
        ToAccept(AuthTokenPurpose.AcceptFromLeader, $"{FirstLabel}-from-leader", token.Hash(), createdAt);

    /// <summary>The first token that a task's Leader accepts from the Collector.</summary>
    public static AuthToken FirstFromCollector(BearerToken token, DateTimeOffset createdAt) =>
        ToAccept(AuthTokenPurpose.AcceptFromCollector, $"{FirstLabel}-from-collector", token.Hash(), createdAt);

    /// <summary>Whether it is valid at an instant.</summary>
    public bool IsValidAt(DateTimeOffset now) => !IsExpiredAt(now) && (NotBefore is null || NotBefore <= now);

    /// <summary>Whether it has been valid and is not any more.</summary>
    public bool IsExpiredAt(DateTimeOffset now) => NotAfter <= now;

    /// <summary>Whether both are the same secret for the same purpose, whatever they are called; compared in constant time.</summary>
    public bool HasSameSecret(AuthToken other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Purpose == other.Purpose
            && Kind == other.Kind
            && Token.Equals(other.Token)
            && CryptographicOperations.FixedTimeEquals(Hash ?? [], other.Hash ?? []);
    }

    /// <summary>Whether both are the same row in the same state.</summary>
    public bool IsSameRow(AuthToken other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id.AsSpan().SequenceEqual(other.Id) && Label == other.Label && NotBefore == other.NotBefore && NotAfter == other.NotAfter;
    }

    /// <summary>The label and the purpose, never the secret.</summary>
    public override string ToString() => $"{nameof(AuthToken)} {Label} ({Purpose}, {Kind})";
}
