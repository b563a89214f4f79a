using System.Security.Cryptography;

namespace Janus.Datastore;

/// <summary>Thrown when a value of the database does not open with the datastore keys that are configured.</summary>
public sealed class DatastoreKeyException : CryptographicException
{
    /// <summary>Creates the exception with what is wrong and what to do; it holds no key.</summary>
    public DatastoreKeyException(string message)
        : base(message)
    {
    }
}
