using System.Text;

namespace Janus.Testing;

/// <summary>A span as it is exported.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Trace">The trace's ID in hexadecimal.</param>
/// <param name="Id">The span's ID.</param>
/// <param name="Parent">The parent's ID, or nothing.</param>
/// <param name="Service">The name of the service that it happened in.</param>
public sealed record OtlpSpan(string Name, string Trace, string Id, string Parent, string Service)
{
    /// <summary>Reads an ExportTraceServiceRequest.</summary>
    public static IEnumerable<OtlpSpan> ReadAll(byte[] message) =>
        from resource in Fields(message, 1)
        let service = ServiceOf(resource)
        from scope in Fields(resource, 2)
        from span in Fields(scope, 2)
        select new OtlpSpan(
            Encoding.UTF8.GetString(Fields(span, 5).Single()),
            Convert.ToHexString(Fields(span, 1).Single()),
            Convert.ToHexString(Fields(span, 2).Single()),
            Convert.ToHexString(Fields(span, 4).SingleOrDefault() ?? []),
            service);

    private static string ServiceOf(byte[] resourceSpans) => Fields(resourceSpans, 1)
        .SelectMany(resource => Fields(resource, 1))
        .Where(attribute => Encoding.UTF8.GetString(Fields(attribute, 1).Single()) == "service.name")
        .Select(attribute => Encoding.UTF8.GetString(Fields(Fields(attribute, 2).Single(), 1).Single()))
        .SingleOrDefault("");

    // The fields of a number that have a length; others are passed over.
    private static IEnumerable<byte[]> Fields(byte[] message, int number)
    {
        for (int position = 0; position < message.Length;)
        {
            ulong tag = Varint(message, ref position);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref position);
                    break;
                case 1:
                    position += 8;
                    break;
                case 5:
                    position += 4;
                    break;
                case 2:
                    int length = (int)Varint(message, ref position);
                    if ((int)(tag >> 3) == number)
                    {
                        yield return message[position..(position + length)];
                    }

                    position += length;
                    break;
                default:
                    throw new FormatException("not protobuf");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
