using System.Security.Cryptography;
using System.Text;
using Janus.Dap;
using Janus.Datastore.Entities;

namespace Janus.Datastore;

/// <summary>Turns credentials into rows of <c>auth_tokens</c> and back.</summary>
internal static class AuthTokenRows
{
    /// <summary>The row of a credential, without its owner.</summary>
    public static AuthTokenEntity Write(AuthToken token, ColumnEncryption encryption) => new()
    {
        TokenId = token.Id,
        Label = token.Label,
        Purpose = (short)token.Purpose,
        Kind = (short)token.Kind,
        Token = Seal(token, encryption),
        Hash = token.Hash,
        NotBefore = token.NotBefore?.ToUniversalTime(),
        NotAfter = token.NotAfter?.ToUniversalTime(),
        CreatedAt = token.CreatedAt.ToUniversalTime(),
    };

    /// <summary>The credential of a row.</summary>
    /// <exception cref="CryptographicException">The token does not open.</exception>
    public static AuthToken Read(AuthTokenEntity row, ColumnEncryption encryption) => new()
    {
        Id = row.TokenId,
        Label = row.Label,
        Purpose = (AuthTokenPurpose)row.Purpose,
        Kind = (AuthTokenKind)row.Kind,
        Token = row.Token is null
            ? null
            : BearerToken.Parse(Encoding.ASCII.GetString(encryption.Open(EncryptedColumn.AuthToken, row.TokenId, row.Token))),
        Hash = row.Hash,
        NotBefore = row.NotBefore,
        NotAfter = row.NotAfter,
        CreatedAt = row.CreatedAt,
    };

    /// <summary>The rows in the order in which they were added.</summary>
    public static IEnumerable<AuthTokenEntity> InOrder(IEnumerable<AuthTokenEntity> rows) =>
        rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Label, StringComparer.Ordinal);

    private static byte[]? Seal(AuthToken token, ColumnEncryption encryption) => token.Token is { } secret
        ? encryption.Seal(EncryptedColumn.AuthToken, token.Id, Encoding.ASCII.GetBytes(secret.Secret))
        : null;
}
