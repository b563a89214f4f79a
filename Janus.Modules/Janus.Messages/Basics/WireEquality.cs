using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// Equality of messages that hold byte strings or lists: two are equal when their encodings are, which is
/// also how the draft compares requests.
/// </summary>
internal static class WireEquality
{
    public static bool Equals<T>(T self, T? other)
        where T : class, IWireMessage<T> =>
        ReferenceEquals(self, other) || (other is not null && WireMessage.Encode(self).AsSpan().SequenceEqual(WireMessage.Encode(other)));

    public static int GetHashCode<T>(T self)
        where T : class, IWireMessage<T>
    {
        HashCode hash = default;
        hash.AddBytes(WireMessage.Encode(self));
        return hash.ToHashCode();
    }
}
