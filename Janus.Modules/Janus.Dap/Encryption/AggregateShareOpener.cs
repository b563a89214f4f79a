using System.Diagnostics.CodeAnalysis;
using Janus.Codec;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Decrypts the aggregate shares of one Aggregator for the Collector of a task:
/// DAP §4.6.7 (aggregate-share-encrypt).
/// </summary>
public sealed class AggregateShareOpener
{
    private readonly HpkeConfigId _configId;
    private readonly HpkeRecipient _recipient;
    private readonly TaskAad _aad;

    /// <summary>
    /// Prepares decryption of what <paramref name="server"/> encrypted. The key pair stays the caller's.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The role is not an Aggregator's, or the key pair does not fit the configuration.
    /// </exception>
    public AggregateShareOpener(
        DapVersion version,
        TaskId taskId,
        TaskConfiguration taskConfiguration,
        Role server,
        HpkeConfig collectorHpkeConfig,
        HpkeKeyPair keyPair)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(collectorHpkeConfig);
        _configId = collectorHpkeConfig.Id;
        _recipient = new HpkeRecipient(collectorHpkeConfig.Suite(), keyPair, version.AggregateShareInfo(server));
        _aad = version.AadOf(taskId, taskConfiguration);
    }

    /// <summary>
    /// Decrypts the encoded aggregate share that answers <paramref name="collectionJobReq"/>; the caller clears it.
    /// </summary>
    /// <returns>False if the share was encrypted to another configuration, for another request, or by the other Aggregator.</returns>
    public bool TryOpen(
        CollectionJobReq collectionJobReq,
        HpkeCiphertext encryptedAggregateShare,
        [NotNullWhen(true)] out byte[]? aggShare)
    {
        ArgumentNullException.ThrowIfNull(collectionJobReq);
        ArgumentNullException.ThrowIfNull(encryptedAggregateShare);
        aggShare = null;
        if (encryptedAggregateShare.ConfigId != _configId)
        {
            return false;
        }

        using PooledBufferWriter aad = _aad.ForAggregateShare(collectionJobReq);
        return _recipient.TryOpen(
            encryptedAggregateShare.Enc.Span, aad.WrittenSpan, encryptedAggregateShare.Payload.Span, out aggShare);
    }
}
