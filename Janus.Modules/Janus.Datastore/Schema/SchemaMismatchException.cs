namespace Janus.Datastore;

/// <summary>Thrown when the database's schema is not the one this program was built for.</summary>
public sealed class SchemaMismatchException : Exception
{
    /// <summary>Creates the exception with what is wrong and what to do.</summary>
    public SchemaMismatchException(string message)
        : base(message)
    {
    }
}
