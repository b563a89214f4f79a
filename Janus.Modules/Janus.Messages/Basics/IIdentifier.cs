using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// An identifier: a fixed number of opaque bytes, written in base64url without padding where text is needed.
/// </summary>
/// <typeparam name="TSelf">The identifier type itself.</typeparam>
public interface IIdentifier<TSelf> : IWireMessage<TSelf>, IEquatable<TSelf>, IComparable<TSelf>
    where TSelf : struct, IIdentifier<TSelf>
{
    /// <summary>The number of bytes of every identifier of this type.</summary>
    static abstract int Length { get; }

    /// <summary>Takes over exactly <see cref="Length"/> bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> has another length.</exception>
    static abstract TSelf FromBytes(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the <see cref="Length"/> bytes to the start of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    void CopyTo(Span<byte> destination);
}
