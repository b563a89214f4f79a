using Janus.Messages;

namespace Janus.Collector;

/// <summary>An aggregate share cannot be opened with the Collector's key, or is not one of the task's VDAF.</summary>
public sealed class AggregateShareException : Exception
{
    /// <summary>The share of <paramref name="server"/> is not usable.</summary>
    public AggregateShareException(Role server, string message)
        : base(message) => Server = server;

    /// <summary>The shares of both Aggregators cannot be put together.</summary>
    public AggregateShareException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The Aggregator whose share it is, where that is known.</summary>
    public Role? Server { get; }
}
