using System.Diagnostics.CodeAnalysis;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// The keys that an Aggregator opens input shares with, by HPKE configuration ID; shared by all tasks of a
/// version and never changed, so a rotation makes a new one.
/// </summary>
public sealed class InputShareRecipients
{
    private readonly HpkeRecipient?[] _recipients = new HpkeRecipient?[byte.MaxValue + 1];

    /// <summary>
    /// Prepares the keys of the Aggregator with the role <paramref name="server"/>. The key pairs stay the caller's.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The role is not an Aggregator's, two configurations have the same ID, or a configuration does not fit its key pair.
    /// </exception>
    public InputShareRecipients(DapVersion version, Role server, IEnumerable<(HpkeConfig Config, HpkeKeyPair KeyPair)> keys)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(keys);
        byte[] info = version.InputShareInfo(server);
        foreach ((HpkeConfig config, HpkeKeyPair keyPair) in keys)
        {
            if (_recipients[config.Id.Value] is not null)
            {
                throw new ArgumentException($"two HPKE configurations have the ID {config.Id}", nameof(keys));
            }

            _recipients[config.Id.Value] = new HpkeRecipient(config.Suite(), keyPair, info);
        }
    }

    /// <summary>Whether the configuration is known; if not, an upload is answered with <c>outdated_config</c>.</summary>
    public bool Contains(HpkeConfigId configId) => _recipients[configId.Value] is not null;

    internal bool TryGet(HpkeConfigId configId, [NotNullWhen(true)] out HpkeRecipient? recipient)
    {
        recipient = _recipients[configId.Value];
        return recipient is not null;
    }
}
