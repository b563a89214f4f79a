using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Datastore.Entities;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Turns peers into rows and back.</summary>
internal static class TaskprovPeerRows
{
    private const int InitIdLength = 16;

    /// <summary>The rows of a new peer.</summary>
    public static TaskprovPeerEntity Write(TaskprovPeer peer, ColumnEncryption encryption) => new()
    {
        Endpoint = peer.Endpoint,
        PeerRole = (short)peer.PeerRole,
        CollectorHpkeConfig = WireMessage.Encode(peer.CollectorHpkeConfig),
        TargetBatchSize = (long?)peer.TargetBatchSize,
        BatchTimeWindowSeconds = SecondsOf(peer.BatchTimeWindow),
        Asynchronous = peer.Asynchronous,
        ReportExpiryAgeSeconds = SecondsOf(peer.ReportExpiryAge),
        DifferentialPrivacy = peer.DifferentialPrivacy?.ToString(),
        AcceptsNewTasks = peer.AcceptsNewTasks,
        CreatedAt = peer.CreatedAt.ToUniversalTime(),
        VerifyKeyInits = [.. peer.VerifyKeyInits.Select(init => Write(init, encryption))],
        Tokens = [.. peer.Tokens.Select(token => AuthTokenRows.Write(token, encryption))],
    };

    /// <summary>The row of a secret, without its peer.</summary>
    public static TaskprovVerifyKeyInitEntity Write(TaskprovVerifyKeyInit init, ColumnEncryption encryption)
    {
        byte[] id = RandomNumberGenerator.GetBytes(InitIdLength);
        return new TaskprovVerifyKeyInitEntity
        {
            InitId = id,
            VerificationKeyId = init.Id,
            VerifyKeyInit = encryption.Seal(EncryptedColumn.VerifyKeyInit, id, init.Secret),
            CreatedAt = init.CreatedAt.ToUniversalTime(),
        };
    }

    /// <summary>The peer of its rows.</summary>
    /// <exception cref="CryptographicException">A secret does not open.</exception>
    public static TaskprovPeer Read(TaskprovPeerEntity row, ColumnEncryption encryption) => new()
    {
        Key = row.PeerKey,
        Endpoint = row.Endpoint,
        PeerRole = (Role)row.PeerRole,
        CollectorHpkeConfig = WireMessage.Decode<HpkeConfig>(row.CollectorHpkeConfig),
        TargetBatchSize = (ulong?)row.TargetBatchSize,
        BatchTimeWindow = SpanOf(row.BatchTimeWindowSeconds),
        Asynchronous = row.Asynchronous,
        ReportExpiryAge = SpanOf(row.ReportExpiryAgeSeconds),
        DifferentialPrivacy = row.DifferentialPrivacy is null ? null : DifferentialPrivacyStrategy.Parse(row.DifferentialPrivacy),
        AcceptsNewTasks = row.AcceptsNewTasks,
        CreatedAt = row.CreatedAt,
        VerifyKeyInits = [.. row.VerifyKeyInits.OrderBy(init => init.CreatedAt).ThenBy(init => init.VerificationKeyId).Select(init => new TaskprovVerifyKeyInit
        {
            Id = (byte)init.VerificationKeyId,
            Secret = encryption.Open(EncryptedColumn.VerifyKeyInit, init.InitId, init.VerifyKeyInit),
            CreatedAt = init.CreatedAt,
        })],
        Tokens = [.. AuthTokenRows.InOrder(row.Tokens).Select(token => AuthTokenRows.Read(token, encryption))],
    };

    /// <summary>A time span in whole seconds.</summary>
    public static long? SecondsOf(TimeSpan? span) => (long?)span?.TotalSeconds;

    private static TimeSpan? SpanOf(long? seconds) => seconds is { } given ? TimeSpan.FromSeconds(given) : null;
}
