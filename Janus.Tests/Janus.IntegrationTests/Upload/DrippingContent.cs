using System.Net;

namespace Janus.IntegrationTests.Upload;

/// <summary>A body of unknown length that arrives octet by octet at first, and then in pieces.</summary>
internal sealed class DrippingContent(byte[] body, int octets, int piece) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        for (int sent = 0; sent < body.Length;)
        {
            int length = sent < octets ? 1 : Math.Min(piece, body.Length - sent);
            await stream.WriteAsync(body.AsMemory(sent, length));
            await stream.FlushAsync();
            sent += length;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
