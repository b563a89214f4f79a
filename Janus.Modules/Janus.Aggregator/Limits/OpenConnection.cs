namespace Janus.Aggregator;

/// <summary>One connection of a <see cref="ConnectionLimit"/>, as the requests on it know it.</summary>
internal sealed class OpenConnection
{
    private readonly ConnectionLimit _limit;

    public OpenConnection(ConnectionLimit limit, Action close)
    {
        _limit = limit;
        Close = close;
        Place = new LinkedListNode<OpenConnection>(this);
    }

    /// <summary>Closes it at once.</summary>
    public Action Close { get; }

    /// <summary>Its place among those that wait for their peers.</summary>
    public LinkedListNode<OpenConnection> Place { get; }

    /// <summary>Whether it is counted: not yet closed for others.</summary>
    public bool IsOpen { get; set; }

    /// <summary>How many of its requests we work on.</summary>
    public int Working { get; set; }

    /// <summary>A request has arrived, and we work on it.</summary>
    public void BeginWork() => _limit.BeginWork(this);

    /// <summary>We have done what was to do, and wait for the peer.</summary>
    public void EndWork() => _limit.EndWork(this);

    /// <summary>A request is answered.</summary>
    public void Answered() => _limit.Answered(this);
}
