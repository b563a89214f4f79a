using System.Net;
using System.Net.Sockets;

namespace Janus.UnitTests.Client;

/// <summary>A real HTTP server on a free port of this machine, whose answers a test decides.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly Func<ReceivedRequest, Answer> _answer;
    private readonly HttpListener _listener;
    private readonly Task _loop;
    private readonly List<ReceivedRequest> _requests = [];
    private readonly List<Exception> _failures = [];

    public LoopbackServer(Func<ReceivedRequest, Answer> answer)
    {
        _answer = answer;
        (_listener, Uri) = Listen();
        _loop = Task.Run(AcceptAsync);
    }

    public Uri Uri { get; }

    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _loop;
        Assert.That(_failures, Is.Empty, "the server failed");
    }

    private static (HttpListener Listener, Uri Uri) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            using TcpListener probe = new(IPAddress.Loopback, 0);
            probe.Start();
            Uri uri = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
            probe.Stop();
            HttpListener listener = new();
            listener.Prefixes.Add(uri.AbsoluteUri);
            try
            {
                listener.Start();
                return (listener, uri);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // Somebody else was faster.
                listener.Close();
            }
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> running = [];
        try
        {
            while (true)
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                running.Add(Task.Run(() => HandleAsync(context)));
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        try
        {
            ReceivedRequest request = await ReceiveAsync(context.Request);
            await SendAsync(context.Response, Decide(request));
        }
        catch (Exception exception) when (exception is HttpListenerException or InvalidOperationException or IOException)
        {
            // The client has gone away, which some tests want.
        }
    }

    private Answer Decide(ReceivedRequest request)
    {
        lock (_requests)
        {
            _requests.Add(request);
            try
            {
                return _answer(request);
            }
            catch (Exception exception)
            {
                _failures.Add(exception);
                return new Answer(400);
            }
        }
    }

    private static async Task<ReceivedRequest> ReceiveAsync(HttpListenerRequest request)
    {
        using MemoryStream body = new();
        await request.InputStream.CopyToAsync(body);
        return new ReceivedRequest(
            request.HttpMethod,
            request.Url!.AbsolutePath,
            request.ContentType,
            request.Headers["Accept"],
            request.Headers["Authorization"],
            request.Headers["Cache-Control"],
            body.ToArray())
        {
            Taskprov = request.Headers["DAP-Taskprov"],
        };
    }

    private static async Task SendAsync(HttpListenerResponse response, Answer answer)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        foreach ((string name, string value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        response.ContentLength64 = answer.Body.Length + (answer.BreaksOff ? 1 : 0);
        await response.OutputStream.WriteAsync(answer.Body);
        if (answer.BreaksOff)
        {
            await response.OutputStream.FlushAsync();
            response.Abort();
        }
        else
        {
            response.Close();
        }
    }
}
