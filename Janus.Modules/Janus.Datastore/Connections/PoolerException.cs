namespace Janus.Datastore;

/// <summary>Thrown when the database is reached in a way in which Janus cannot use it: through a pooler that it was not told of.</summary>
public sealed class PoolerException : Exception
{
    /// <summary>Creates the exception with what is wrong and what to do.</summary>
    public PoolerException(string message)
        : base(message)
    {
    }
}
