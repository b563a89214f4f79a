using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Janus.Testing;

/// <summary>A TCP connection on which a test sends whatever octets it wants, as slowly as it wants.</summary>
public sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;

    private RawConnection(TcpClient client)
    {
        _client = client;
        _stream = client.GetStream();
    }

    /// <summary>Connects to the host and port of a URL.</summary>
    public static async Task<RawConnection> OpenAsync(Uri url)
    {
        ArgumentNullException.ThrowIfNull(url);
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, url.Port);
        return new RawConnection(client);
    }

    /// <summary>Connects and sends the head of a POST request.</summary>
    /// <param name="url">The resource.</param>
    /// <param name="mediaType">The type of the body.</param>
    /// <param name="length">The length that is announced; the body is chunked when omitted.</param>
    /// <param name="headers">More headers, each a line without its end.</param>
    public static async Task<RawConnection> PostAsync(Uri url, string mediaType, long? length, params IEnumerable<string> headers)
    {
        ArgumentNullException.ThrowIfNull(url);
        RawConnection connection = await OpenAsync(url);
        string framing = length is { } known ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {known}") : "Transfer-Encoding: chunked";
        await connection.SendAsync(string.Join("\r\n", [$"POST {url.PathAndQuery} HTTP/1.1", "Host: x", $"Content-Type: {mediaType}", framing, .. headers, "", ""]));
        return connection;
    }

    /// <summary>Sends a text.</summary>
    public Task SendAsync(string text) => SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>Sends octets.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> octets) => await _stream.WriteAsync(octets);

    /// <summary>Sends octets as one chunk of a chunked body.</summary>
    public async Task SendChunkAsync(ReadOnlyMemory<byte> octets)
    {
        await SendAsync(string.Create(CultureInfo.InvariantCulture, $"{octets.Length:x}\r\n"));
        await SendAsync(octets);
        await SendAsync("\r\n");
    }

    /// <summary>Whether the server has answered or closed the connection.</summary>
    public bool HasAnswer => _client.Client.Poll(0, SelectMode.SelectRead);

    /// <summary>Everything that comes until the server closes the connection; what had come when it broke off.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using CancellationTokenSource tooLong = new(Patience);
        using MemoryStream answer = new();
        byte[] buffer = new byte[4096];
        try
        {
            for (int read = -1; read != 0;)
            {
                read = await _stream.ReadAsync(buffer, tooLong.Token);
                answer.Write(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // Reset: what had come has come.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>The status code of the next answer, of which the rest is left unread.</summary>
    public async Task<HttpStatusCode> ReadStatusAsync()
    {
        using CancellationTokenSource tooLong = new(Patience);
        byte[] line = new byte[12];
        await _stream.ReadExactlyAsync(line, tooLong.Token);
        return (HttpStatusCode)int.Parse(Encoding.ASCII.GetString(line)[9..], CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
