namespace Janus.Datastore.Embedded;

/// <summary>The embedded PostgreSQL cannot be started or used; the message is one line for the operator that says what to do.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    /// <summary>Creates the exception with a line for the operator.</summary>
    public EmbeddedPostgresException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a line for the operator and its cause.</summary>
    public EmbeddedPostgresException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general text.</summary>
    public EmbeddedPostgresException()
        : base("the embedded PostgreSQL failed")
    {
    }
}
