using Janus.Codec;

namespace Janus.Messages;

/// <summary>The configuration of Prio3Count, which has no parameters: DAP Appendix B (vdaf-configuration-encodings).</summary>
/// <remarks><code>
/// struct {} Empty;
/// </code></remarks>
public readonly record struct Prio3CountConfig : IWireMessage<Prio3CountConfig>
{
    /// <inheritdoc/>
    public static Prio3CountConfig Decode(ref WireReader reader) => default;

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
    }
}
