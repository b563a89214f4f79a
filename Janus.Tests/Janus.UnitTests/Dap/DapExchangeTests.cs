using System.IO.Compression;
using System.Net;
using Janus.Dap;

namespace Janus.UnitTests.Dap;

internal sealed class DapExchangeTests
{
    private static readonly byte[] Body = [1, 2, 3];

    [Test]
    public async Task Content_is_complete_when_its_length_or_its_framing_says_so()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await IsCompleteAsync(HttpVersion.Version11, content => content.Headers.ContentLength = Body.Length), Is.True, "a length");
            Assert.That(await IsCompleteAsync(HttpVersion.Version11, isChunked: true), Is.True, "chunks");
            Assert.That(await IsCompleteAsync(HttpVersion.Version20), Is.True, "a stream of HTTP/2");
            Assert.That(await IsCompleteAsync(HttpVersion.Version11), Is.False, "content that a closing connection ends");
        }
    }

    private static async Task<bool> IsCompleteAsync(Version version, Action<HttpContent>? shape = null, bool isChunked = false)
    {
        using OneAnswer handler = new(() =>
        {
            // A stream that cannot seek has no length of its own.
            StreamContent content = new(new BrotliStream(Compressed(), CompressionMode.Decompress));
            shape?.Invoke(content);
            HttpResponseMessage response = new(HttpStatusCode.OK) { Version = version, Content = content };
            response.Headers.TransferEncodingChunked = isChunked ? true : null;
            return response;
        });
        using HttpClient client = new(handler, disposeHandler: false);
        DapExchange exchange = new(client, new BackOff { MaximumAttempts = 1 }, TimeProvider.System);
        DapResponse response = await exchange.SendAsync(new DapRequest(DapOperation.GetHpkeConfigs, HttpMethod.Get, new Uri("https://helper.test/")) { MaximumResponseLength = 10 });
        Assert.That(response.Content.ToArray(), Is.EqualTo(Body));
        return response.IsComplete;
    }

    private static MemoryStream Compressed()
    {
        MemoryStream stream = new();
        using (BrotliStream brotli = new(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(Body);
        }

        stream.Position = 0;
        return stream;
    }

    private sealed class OneAnswer(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }
}
