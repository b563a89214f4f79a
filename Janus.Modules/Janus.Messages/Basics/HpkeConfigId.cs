using System.Globalization;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>Identifies an HPKE configuration of one server: DAP §4.1 (basic-definitions).</summary>
/// <remarks><code>
/// uint8 HpkeConfigId;
/// </code></remarks>
/// <param name="Value">The octet.</param>
public readonly record struct HpkeConfigId(byte Value) : IWireMessage<HpkeConfigId>, IComparable<HpkeConfigId>
{
    /// <inheritdoc/>
    public static HpkeConfigId Decode(ref WireReader reader) => new(reader.ReadUInt8("config_id"));

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteUInt8(Value);

    /// <inheritdoc/>
    public int CompareTo(HpkeConfigId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
