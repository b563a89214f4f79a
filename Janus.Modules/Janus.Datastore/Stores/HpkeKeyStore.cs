using System.Security.Cryptography;
using Janus.Dap;
using Janus.Datastore.Entities;
using Janus.Hpke;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace Janus.Datastore;

/// <summary>This Aggregator's HPKE key pairs: DAP §4.4.1 (hpke-config).</summary>
/// <remarks>
/// Whatever changes them does so in one transaction under a lock that all of them take, on the keys as they are then; and it
/// wakes every process that holds the keys in memory (<see cref="WorkKind.HpkeKeys"/>).
/// </remarks>
public sealed class HpkeKeyStore
{
    private const string ReadSql = """
        -- HpkeKeyStore.Read
        SELECT config_id, kem_id, kdf_id, aead_id, state, created_at, activated_at, expired_at FROM hpke_keys
        """;

    private const string ReadIdsSql = """
        -- HpkeKeyStore.ReadIds
        SELECT config_id, last_used_at FROM hpke_config_ids
        """;

    private const string InsertSql = """
        -- HpkeKeyStore.Insert
        INSERT INTO hpke_keys (config_id, kem_id, kdf_id, aead_id, public_key, private_key, state, created_at, activated_at, expired_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING
        """;

    private const string UpdateSql = """
        -- HpkeKeyStore.Update
        UPDATE hpke_keys SET state = $2, activated_at = $3, expired_at = $4 WHERE config_id = $1
        """;

    private const string DeleteSql = """
        -- HpkeKeyStore.Delete
        DELETE FROM hpke_keys WHERE config_id = $1
        """;

    private const string UseIdSql = """
        -- HpkeKeyStore.UseId
        INSERT INTO hpke_config_ids (config_id, last_used_at) VALUES ($1, $2)
        ON CONFLICT (config_id) DO UPDATE SET last_used_at = excluded.last_used_at
        """;

    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly TransactionRunner _runner;
    private readonly ColumnEncryption _encryption;

    internal HpkeKeyStore(IDbContextFactory<JanusDbContext> contexts, TransactionRunner runner, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _runner = runner;
        _encryption = encryption;
    }

    /// <summary>All key pairs in whatever state, the newest first.</summary>
    /// <exception cref="CryptographicException">A private key does not open.</exception>
    public async Task<IReadOnlyList<StoredHpkeKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        List<HpkeKeyEntity> rows = await context.HpkeKeys.AsNoTracking().TagWith("HpkeKeyStore.List")
            .OrderByDescending(key => key.CreatedAt)
            .ThenByDescending(key => key.ConfigId)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(Open)];
    }

    /// <summary>Adds a key pair as it is, or returns false when its configuration ID is taken.</summary>
    public Task<bool> AddAsync(StoredHpkeKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _runner.RunAsync(
            "HpkeKeyStore.Add",
            async (transaction, token) =>
            {
                await using NpgsqlBatch batch = transaction.Batch();
                batch.AddLock(AdvisoryLocks.HpkeKeys);
                AddInsert(batch, key);
                batch.AddNotify(WorkKind.HpkeKeys);
                await batch.ExecuteNonQueryAsync(token);
                return batch.BatchCommands[1].RecordsAffected == 1;
            },
            cancellationToken);
    }

    /// <summary>Makes a key pair that is pending, under a free ID or a given one.</summary>
    /// <returns>What was made; nothing when the ID is taken, or all are.</returns>
    public Task<HpkeKeyChanges> MakeAsync(HpkeSuite suite, HpkeConfigId? id, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        "HpkeKeyStore.Make",
        new HpkeRotationPolicy(),
        now,
        rotation =>
        {
            if (id is null || !rotation.Keys.Any(key => key.Id == id))
            {
                rotation.Make(suite, HpkeKeyState.Pending, id);
            }
        },
        cancellationToken);

    /// <summary>
    /// Does what is due: makes keys, announces them, lets them expire and deletes them. Any number of processes may do so at
    /// once; the later find nothing left to do.
    /// </summary>
    public Task<HpkeKeyChanges> RotateAsync(HpkeRotationPolicy policy, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync("HpkeKeyStore.Rotate", policy, now, rotation => rotation.Run(), cancellationToken);

    /// <summary>Begins a rotation of these ciphersuites now, unless one has begun: a pending key is made, and goes its way.</summary>
    public Task<HpkeKeyChanges> BeginRotationAsync(
        HpkeRotationPolicy policy, IReadOnlyCollection<HpkeSuite> suites, DateTimeOffset now, CancellationToken cancellationToken) => ChangeAsync(
        "HpkeKeyStore.BeginRotation",
        policy,
        now,
        rotation =>
        {
            foreach (HpkeSuite suite in suites)
            {
                rotation.Begin(suite);
            }

            rotation.Run();
        },
        cancellationToken);

    /// <summary>
    /// Changes the state of a key, or deletes it, at once. A ciphersuite that loses its active key gets another in the same
    /// transaction.
    /// </summary>
    /// <param name="id">The key's configuration ID.</param>
    /// <param name="state">Its new state; null deletes it.</param>
    /// <param name="force">Whether a key may be deleted that reports on their way need.</param>
    /// <param name="policy">What holds for the keys.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellationToken">Breaks off.</param>
    public async Task<(HpkeKeyRefusal Refusal, HpkeKeyChanges Changes)> SetStateAsync(
        HpkeConfigId id, HpkeKeyState? state, bool force, HpkeRotationPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(policy);
        HpkeKeyRefusal refusal = HpkeKeyRefusal.None;
        HpkeKeyChanges changes = await ChangeAsync(
            "HpkeKeyStore.SetState",
            policy,
            now,
            rotation =>
            {
                HpkeKeyStatus? key = rotation.Keys.FirstOrDefault(key => key.Id == id);
                refusal = key is null ? HpkeKeyRefusal.Unknown
                    : key.State == state ? HpkeKeyRefusal.SameState
                    : state is null && !force && policy.IsInUse(key, now) ? HpkeKeyRefusal.InUse
                    : HpkeKeyRefusal.None;
                if (refusal == HpkeKeyRefusal.None)
                {
                    SetState(rotation, key!, state);
                }
            },
            cancellationToken);
        return (refusal, changes);
    }

    private static void SetState(HpkeRotation rotation, HpkeKeyStatus key, HpkeKeyState? state)
    {
        if (state is { } to)
        {
            rotation.Move(key, to);
        }
        else
        {
            rotation.Delete(key);
        }

        rotation.Run(bereaved: key.State == HpkeKeyState.Active ? key.Suite : null);
    }

    private Task<HpkeKeyChanges> ChangeAsync(
        string name, HpkeRotationPolicy policy, DateTimeOffset now, Action<HpkeRotation> decide, CancellationToken cancellationToken) => _runner.RunAsync(
        name,
        async (transaction, token) =>
        {
            HpkeRotation rotation = await ReadAsync(transaction, policy, now.ToUniversalTime(), token);
            Dictionary<HpkeConfigId, HpkeKeyStatus> before = rotation.Keys.ToDictionary(key => key.Id);
            decide(rotation);
            if (rotation.Transitions.Count > 0)
            {
                await WriteAsync(transaction, before, rotation.Keys, now, token);
            }

            return new HpkeKeyChanges(rotation.Transitions, rotation.LacksIds);
        },
        cancellationToken);

    private static async Task<HpkeRotation> ReadAsync(
        DatastoreTransaction transaction, HpkeRotationPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        batch.AddLock(AdvisoryLocks.HpkeKeys);
        batch.Add(ReadSql);
        batch.Add(ReadIdsSql);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(cancellationToken);
        List<HpkeKeyStatus> keys = await reader.ReadNextAsync(
            row => new HpkeKeyStatus(
                new HpkeConfigId((byte)row.GetInt16(0)),
                new HpkeSuite((HpkeKemId)row.GetInt32(1), (HpkeKdfId)row.GetInt32(2), (HpkeAeadId)row.GetInt32(3)),
                (HpkeKeyState)row.GetInt32(4),
                row.Instant(5),
                row.InstantOrNull(6),
                row.InstantOrNull(7)),
            cancellationToken);
        Dictionary<byte, DateTimeOffset> used = (await reader.ReadNextAsync(row => ((byte)row.GetInt16(0), row.Instant(1)), cancellationToken)).ToDictionary();
        return new HpkeRotation(keys, new HpkeConfigIds(keys.Select(key => key.Id.Value), used), policy, now);
    }

    private async Task WriteAsync(
        DatastoreTransaction transaction,
        Dictionary<HpkeConfigId, HpkeKeyStatus> before,
        IReadOnlyList<HpkeKeyStatus> after,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using NpgsqlBatch batch = transaction.Batch();
        foreach (HpkeConfigId id in before.Keys.Except(after.Select(key => key.Id)))
        {
            batch.Add(DeleteSql).With((short)id.Value, NpgsqlDbType.Smallint);
            AddUseId(batch, id, now);
        }

        foreach (HpkeKeyStatus key in after)
        {
            if (!before.TryGetValue(key.Id, out HpkeKeyStatus? old))
            {
                AddNew(batch, key);
            }
            else if (old != key)
            {
                batch.Add(UpdateSql)
                    .With((short)key.Id.Value, NpgsqlDbType.Smallint)
                    .With((int)key.State)
                    .With(key.ActivatedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
                    .With(key.ExpiredAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
            }
        }

        batch.AddNotify(WorkKind.HpkeKeys);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private void AddNew(NpgsqlBatch batch, HpkeKeyStatus status)
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(status.Suite.Kem);
        byte[] privateKey = pair.ExportPrivateKey();
        AddInsert(batch, new StoredHpkeKey(HpkeConfigs.Create(status.Id, status.Suite, pair), privateKey, status.CreatedAt) { Status = status });
        CryptographicOperations.ZeroMemory(privateKey);
    }

    private void AddInsert(NpgsqlBatch batch, StoredHpkeKey key)
    {
        HpkeConfig config = key.Config;
        batch.Add(InsertSql)
            .With((short)config.Id.Value, NpgsqlDbType.Smallint)
            .With((int)config.KemId)
            .With((int)config.KdfId)
            .With((int)config.AeadId)
            .With(config.PublicKey.ToArray())
            .With(_encryption.Seal(EncryptedColumn.HpkePrivateKey, [config.Id.Value], key.PrivateKey))
            .With((int)key.Status.State)
            .With(key.CreatedAt)
            .With(key.Status.ActivatedAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz)
            .With(key.Status.ExpiredAt?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        AddUseId(batch, config.Id, key.CreatedAt);
    }

    private static void AddUseId(NpgsqlBatch batch, HpkeConfigId id, DateTimeOffset now) =>
        batch.Add(UseIdSql).With((short)id.Value, NpgsqlDbType.Smallint).With(now);

    private StoredHpkeKey Open(HpkeKeyEntity row)
    {
        byte id = (byte)row.ConfigId;
        HpkeConfig config = new(new HpkeConfigId(id), (ushort)row.KemId, (ushort)row.KdfId, (ushort)row.AeadId, row.PublicKey);
        byte[] privateKey = _encryption.Open(EncryptedColumn.HpkePrivateKey, [id], row.PrivateKey);
        return new(config, privateKey, row.CreatedAt)
        {
            Status = new HpkeKeyStatus(config.Id, config.Suite(), row.State, row.CreatedAt, row.ActivatedAt, row.ExpiredAt),
        };
    }
}
