using Janus.Datastore.Entities;
using Janus.Messages;
using Microsoft.EntityFrameworkCore;

namespace Janus.Datastore;

/// <summary>This Aggregator's HPKE key pairs: DAP §4.4.1 (hpke-config).</summary>
public sealed class HpkeKeyStore
{
    private readonly IDbContextFactory<JanusDbContext> _contexts;
    private readonly ColumnEncryption _encryption;

    internal HpkeKeyStore(IDbContextFactory<JanusDbContext> contexts, ColumnEncryption encryption)
    {
        _contexts = contexts;
        _encryption = encryption;
    }

    /// <summary>Adds a key pair, or returns false when its configuration ID is taken.</summary>
    public async Task<bool> AddAsync(StoredHpkeKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        context.HpkeKeys.Add(new HpkeKeyEntity
        {
            ConfigId = key.Config.Id.Value,
            KemId = key.Config.KemId,
            KdfId = key.Config.KdfId,
            AeadId = key.Config.AeadId,
            PublicKey = key.Config.PublicKey.ToArray(),
            PrivateKey = _encryption.Seal(EncryptedColumn.HpkePrivateKey, [key.Config.Id.Value], key.PrivateKey),
            CreatedAt = key.CreatedAt.ToUniversalTime(),
        });
        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException exception) when (exception.InnerException is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.UniqueViolation })
        {
            return false;
        }
    }

    /// <summary>All key pairs, the newest first.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A private key does not open.</exception>
    public async Task<IReadOnlyList<StoredHpkeKey>> ListAsync(CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        List<HpkeKeyEntity> rows = await context.HpkeKeys.AsNoTracking().TagWith("HpkeKeyStore.List")
            .OrderByDescending(key => key.CreatedAt)
            .ThenByDescending(key => key.ConfigId)
            .ToListAsync(cancellationToken);
        return [.. rows.Select(Read)];
    }

    /// <summary>Deletes a key pair that no report uses any more; false when there is none.</summary>
    public async Task<bool> DeleteAsync(HpkeConfigId id, CancellationToken cancellationToken)
    {
        await using JanusDbContext context = await _contexts.CreateDbContextAsync(cancellationToken);
        short configId = id.Value;
        return await context.HpkeKeys.TagWith("HpkeKeyStore.Delete").Where(key => key.ConfigId == configId).ExecuteDeleteAsync(cancellationToken) > 0;
    }

    private StoredHpkeKey Read(HpkeKeyEntity row)
    {
        byte id = (byte)row.ConfigId;
        HpkeConfig config = new(new HpkeConfigId(id), (ushort)row.KemId, (ushort)row.KdfId, (ushort)row.AeadId, row.PublicKey);
        return new(config, _encryption.Open(EncryptedColumn.HpkePrivateKey, [id], row.PrivateKey), row.CreatedAt);
    }
}
