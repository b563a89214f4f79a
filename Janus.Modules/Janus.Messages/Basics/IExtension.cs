using Janus.Codec;

namespace Janus.Messages;

/// <summary>What the four kinds of extensions have in common: a code point and an encoded value.</summary>
/// <typeparam name="TSelf">The extension type itself.</typeparam>
public interface IExtension<TSelf> : IWireMessage<TSelf>
    where TSelf : IExtension<TSelf>
{
    /// <summary>The number of the extension type.</summary>
    ushort CodePoint { get; }

    /// <summary>The encoded value of the extension, up to 65,535 bytes.</summary>
    ReadOnlyMemory<byte> ExtensionData { get; }
}
