using Janus.Codec;

namespace Janus.Messages;

/// <summary>Reads and writes <c>Extension extensions&lt;0..2^16-1&gt;</c>, in any order.</summary>
internal static class ExtensionVector
{
    private const int HeaderLength = 4;

    public static IReadOnlyList<T> ReadExtensions<T>(this ref WireReader reader, string field)
        where T : IExtension<T>
    {
        WireReader content = reader.ReadVector16(field);
        return content.ReadToEnd<T>();
    }

    public static void WriteExtensions<T>(this WireWriter writer, IReadOnlyList<T> extensions)
        where T : IExtension<T>
    {
        int length = 0;
        for (int i = 0; i < extensions.Count; i++)
        {
            length += HeaderLength + extensions[i].ExtensionData.Length;
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ushort.MaxValue, nameof(extensions));
        writer.WriteUInt16((ushort)length);
        writer.WriteAll(extensions);
    }
}
