using Janus.Dap;
using Janus.Datastore;

namespace Janus.Cli;

/// <summary>A datastore opened for one command; disposing it closes the connections and stops what was started for it.</summary>
public interface IDatastoreAccess : IAsyncDisposable
{
    /// <summary>The connection string, which may hold a password: never print it.</summary>
    string ConnectionString { get; }

    /// <summary>How the aggregator's HPKE keys follow each other, as the configuration has it.</summary>
    HpkeRotationPolicy HpkeRotation { get; }

    /// <summary>How the aggregator's garbage collectors go about, as the configuration has it.</summary>
    GarbageCollectionLimits GarbageCollection { get; }

    /// <summary>
    /// A client for requests to the other Aggregators, with the certificates of the configuration; the caller disposes of it.
    /// </summary>
    HttpClient CreatePeerClient() => new(DapHttpHandler.Create());

    /// <summary>The stores of Janus.Datastore.</summary>
    IServiceProvider Stores { get; }
}
