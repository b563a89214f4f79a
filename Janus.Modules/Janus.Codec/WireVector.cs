namespace Janus.Codec;

/// <summary>Reads and writes sequences of structures in memory.</summary>
public static class WireVector
{
    /// <summary>Decodes structures until nothing is left: a vector without a length prefix.</summary>
    /// <exception cref="DecodeException">The bytes are not a sequence of whole structures.</exception>
    public static IReadOnlyList<T> ReadToEnd<T>(this ref WireReader reader)
        where T : IWireMessage<T>
    {
        if (reader.Remaining == 0)
        {
            return [];
        }

        List<T> elements = [];
        while (reader.Remaining > 0)
        {
            elements.Add(T.Decode(ref reader));
        }

        return elements;
    }

    /// <summary>Writes structures one after the other, without a length prefix.</summary>
    public static void WriteAll<T>(this WireWriter writer, IReadOnlyList<T> elements)
        where T : IWireMessage<T>
    {
        ArgumentNullException.ThrowIfNull(elements);
        for (int i = 0; i < elements.Count; i++)
        {
            elements[i].Encode(writer);
        }
    }
}
