using System.Net;
using System.Net.Sockets;

namespace Janus.Testing;

/// <summary>
/// A TCP load balancer in front of processes that come and go. It can hold answers back and lose them, so that a test
/// decides at which moment a process dies.
/// </summary>
public sealed class RoundRobinProxy : IAsyncDisposable
{
    private const int BufferLength = 64 << 10;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly List<Uri> _backends = [];
    private readonly Task _accepting;
    private TaskCompletionSource<bool>? _gate;
    private int _passing;
    private int _held;
    private int _next;

    /// <summary>Listens on a free port, with nothing behind it yet.</summary>
    public RoundRobinProxy()
    {
        _listener.Start(backlog: 512);
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, for as long as it exists.</summary>
    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    /// <summary>Lets a process take part.</summary>
    public void Add(Uri backend)
    {
        lock (_lock)
        {
            _backends.Add(backend);
        }
    }

    /// <summary>Sends nothing new to a process.</summary>
    public void Remove(Uri backend)
    {
        lock (_lock)
        {
            _backends.Remove(backend);
        }
    }

    /// <summary>Lets some pieces of answers pass (a short answer is one), and holds back all that follow.</summary>
    public void HoldAnswers(int after = 0)
    {
        lock (_lock)
        {
            _gate ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _passing = after;
            _held = 0;
        }
    }

    /// <summary>Waits until so many answers are held back: the process behind has done its work, and nobody knows.</summary>
    public async Task WaitForHeldAnswersAsync(int count, CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref _held) < count)
        {
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <summary>Lets the answers that are held back, and all later ones, arrive.</summary>
    public void ReleaseAnswers() => EndHolding(arrive: true);

    /// <summary>Breaks the connections whose answers are held back; later answers arrive.</summary>
    public void LoseHeldAnswers() => EndHolding(arrive: false);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        LoseHeldAnswers();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private void EndHolding(bool arrive)
    {
        lock (_lock)
        {
            _gate?.TrySetResult(arrive);
            _gate = null;
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                serving.RemoveAll(task => task.IsCompleted);
                serving.Add(ServeAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using (client)
        using (Socket? backend = await ConnectAsync())
        {
            if (backend is null)
            {
                return;
            }

            client.NoDelay = true;
            Task requests = PumpAsync(client, backend, isAnswer: false, end.Token);
            Task answers = PumpAsync(backend, client, isAnswer: true, end.Token);
            await Task.WhenAny(requests, answers);
            await end.CancelAsync();
            await Task.WhenAll(requests, answers);
        }
    }

    // The next process that takes a connection, or none.
    private async Task<Socket?> ConnectAsync()
    {
        Uri[] candidates;
        lock (_lock)
        {
            candidates = [.. _backends.Skip(_next % Math.Max(1, _backends.Count)), .. _backends];
            _next = (_next + 1) & int.MaxValue;
        }

        foreach (Uri candidate in candidates)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, candidate.Port, _stop.Token);
                return socket;
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException)
            {
                socket.Dispose();
            }
        }

        return null;
    }

    private async Task PumpAsync(Socket from, Socket to, bool isAnswer, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferLength];
        try
        {
            int length;
            while ((length = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
            {
                if (isAnswer && Gate() is { } gate && !await gate.WaitAsync(cancellationToken))
                {
                    return;
                }

                for (int sent = 0; sent < length;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, length - sent), cancellationToken);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            // One side is gone; the connection to the other ends with it.
        }
    }

    private Task<bool>? Gate()
    {
        lock (_lock)
        {
            if (_gate is null || _passing-- > 0)
            {
                return null;
            }

            _passing = 0;
            _held++;
            return _gate.Task;
        }
    }
}
