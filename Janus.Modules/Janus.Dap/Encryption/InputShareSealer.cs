using Janus.Codec;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Encrypts the input shares of one task to one Aggregator: DAP §4.4.2 (upload-request). Reusable and safe for
/// concurrent use.
/// </summary>
public sealed class InputShareSealer
{
    private readonly HpkeConfigId _configId;
    private readonly HpkeSender _sender;
    private readonly TaskAad _aad;

    /// <summary>Prepares encryption to <paramref name="server"/>, whose configuration is <paramref name="config"/>.</summary>
    /// <exception cref="ArgumentException">
    /// The role is not an Aggregator's, or the suite or the public key of the configuration is not usable.
    /// </exception>
    public InputShareSealer(DapVersion version, TaskId taskId, TaskConfiguration taskConfiguration, Role server, HpkeConfig config)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(config);
        _configId = config.Id;
        _sender = new HpkeSender(config.Suite(), config.PublicKey.Span, version.InputShareInfo(server));
        _aad = version.AadOf(taskId, taskConfiguration);
    }

    /// <summary>Encrypts one input share of the report that the other arguments describe.</summary>
    public HpkeCiphertext Seal(
        ReportMetadata reportMetadata, ReadOnlySpan<byte> publicShare, PlaintextInputShare plaintextInputShare)
    {
        ArgumentNullException.ThrowIfNull(reportMetadata);
        ArgumentNullException.ThrowIfNull(plaintextInputShare);
        using PooledBufferWriter plaintext = new();
        plaintextInputShare.Encode(new WireWriter(plaintext));
        using PooledBufferWriter aad = _aad.ForInputShare(reportMetadata, publicShare);
        (byte[] enc, byte[] payload) = _sender.Seal(aad.WrittenSpan, plaintext.WrittenSpan);
        return new HpkeCiphertext(_configId, enc, payload);
    }
}
