namespace Janus.Datastore;

/// <summary>Thrown when the database cannot be worked with at present.</summary>
public sealed class DatabaseUnavailableException : Exception
{
    /// <summary>Creates the exception with what is the matter.</summary>
    public DatabaseUnavailableException(string message)
        : base(message)
    {
    }
}
