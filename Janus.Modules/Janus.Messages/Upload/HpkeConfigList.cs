using Janus.Codec;

namespace Janus.Messages;

/// <summary>An Aggregator's HPKE configurations, the preferred one first: DAP §4.4.1 (hpke-config).</summary>
/// <remarks><code>
/// HpkeConfig HpkeConfigList&lt;10..2^16-1&gt;;
/// </code></remarks>
/// <param name="Configs">At least one configuration.</param>
public sealed record HpkeConfigList(IReadOnlyList<HpkeConfig> Configs) : IWireMessage<HpkeConfigList>
{
    private const int MinimumLength = 10;
    private const int ConfigHeaderLength = 9;

    /// <inheritdoc/>
    public static HpkeConfigList Decode(ref WireReader reader)
    {
        WireReader content = reader.ReadVector16(nameof(HpkeConfigList), MinimumLength);
        return new HpkeConfigList(content.ReadToEnd<HpkeConfig>());
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no configuration, or the list exceeds 65,535 bytes.</exception>
    public void Encode(WireWriter writer)
    {
        int length = Configs.Sum(config => ConfigHeaderLength + config.PublicKey.Length);
        if (length is < MinimumLength or > ushort.MaxValue)
        {
            throw new InvalidOperationException($"HpkeConfigList: expected {MinimumLength} to 65,535 bytes, got {length}");
        }

        writer.WriteUInt16((ushort)length);
        writer.WriteAll(Configs);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(HpkeConfigList? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
