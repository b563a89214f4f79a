using Microsoft.AspNetCore.Connections;

namespace Janus.Aggregator;

/// <summary>
/// Bounds the connections of a web server without letting anybody keep others out: for one too many, the connection that
/// has kept us waiting for longest is closed, be it idle, in its handshake or in the middle of a request.
/// </summary>
/// <remarks>
/// A connection waits from its last answer on, however many bytes trickle in. One whose requests are all being worked on is
/// never closed; only when there is no other is the new one.
/// </remarks>
public sealed class ConnectionLimit
{
    private readonly Lock _lock = new();

    // Who has waited for longest comes first.
    private readonly LinkedList<OpenConnection> _waiting = [];
    private readonly int _most;
    private readonly Action _closed;
    private int _open;

    /// <param name="most">How many connections may be open at once.</param>
    /// <param name="closed">Called for each connection that is closed for the sake of others.</param>
    public ConnectionLimit(int most, Action closed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        ArgumentNullException.ThrowIfNull(closed);
        _most = most;
        _closed = closed;
    }

    /// <summary>How many connections are open, without those that are being closed.</summary>
    public int Open
    {
        get
        {
            lock (_lock)
            {
                return _open;
            }
        }
    }

    /// <summary>Serves a connection, if there is room for it or can be made.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(next);
        OpenConnection open = new(this, () => connection.Abort(new ConnectionAbortedException("closed to make room for another connection")));
        if (!TryOpen(open))
        {
            open.Close();
            return;
        }

        connection.Features.Set(open);
        try
        {
            await next(connection);
        }
        finally
        {
            Leave(open);
        }
    }

    internal bool TryOpen(OpenConnection connection)
    {
        OpenConnection? closing = null;
        bool isFull;
        lock (_lock)
        {
            if (_open == _most && _waiting.First is { } first)
            {
                closing = first.Value;
                Remove(closing);
            }

            isFull = _open == _most;
            if (!isFull)
            {
                connection.IsOpen = true;
                _open++;
                _waiting.AddLast(connection.Place);
            }
        }

        closing?.Close();
        if (isFull || closing is not null)
        {
            _closed();
        }

        return !isFull;
    }

    internal void Leave(OpenConnection connection)
    {
        lock (_lock)
        {
            Remove(connection);
        }
    }

    internal void BeginWork(OpenConnection connection)
    {
        lock (_lock)
        {
            if (connection.Working++ == 0 && connection.IsOpen)
            {
                _waiting.Remove(connection.Place);
            }
        }
    }

    internal void EndWork(OpenConnection connection)
    {
        lock (_lock)
        {
            if (--connection.Working == 0 && connection.IsOpen)
            {
                _waiting.AddLast(connection.Place);
            }
        }
    }

    internal void Answered(OpenConnection connection)
    {
        lock (_lock)
        {
            if (connection.Working == 0 && connection.IsOpen)
            {
                _waiting.Remove(connection.Place);
                _waiting.AddLast(connection.Place);
            }
        }
    }

    private void Remove(OpenConnection connection)
    {
        if (!connection.IsOpen)
        {
            return;
        }

        connection.IsOpen = false;
        _open--;
        if (connection.Place.List is not null)
        {
            _waiting.Remove(connection.Place);
        }
    }
}
