using Janus.Codec;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Encrypts the aggregate shares that one Aggregator gives the Collector of a task:
/// DAP §4.6.7 (aggregate-share-encrypt).
/// </summary>
public sealed class AggregateShareSealer
{
    private readonly HpkeConfigId _configId;
    private readonly HpkeSender _sender;
    private readonly TaskAad _aad;

    /// <summary>Prepares encryption by <paramref name="server"/> to the Collector's configuration.</summary>
    /// <exception cref="ArgumentException">
    /// The role is not an Aggregator's, or the suite or the public key of the configuration is not usable.
    /// </exception>
    public AggregateShareSealer(
        DapVersion version, TaskId taskId, TaskConfiguration taskConfiguration, Role server, HpkeConfig collectorHpkeConfig)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(collectorHpkeConfig);
        _configId = collectorHpkeConfig.Id;
        _sender = new HpkeSender(
            collectorHpkeConfig.Suite(), collectorHpkeConfig.PublicKey.Span, version.AggregateShareInfo(server));
        _aad = version.AadOf(taskId, taskConfiguration);
    }

    /// <summary>Encrypts the encoded aggregate share that answers <paramref name="collectionJobReq"/>.</summary>
    public HpkeCiphertext Seal(CollectionJobReq collectionJobReq, ReadOnlySpan<byte> aggShare)
    {
        ArgumentNullException.ThrowIfNull(collectionJobReq);
        using PooledBufferWriter aad = _aad.ForAggregateShare(collectionJobReq);
        (byte[] enc, byte[] payload) = _sender.Seal(aad.WrittenSpan, aggShare);
        return new HpkeCiphertext(_configId, enc, payload);
    }
}
