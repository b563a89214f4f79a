namespace Janus.Datastore;

/// <summary>What a credential is for: DAP §3.5 (request-authentication). The numbers are those of the database.</summary>
public enum AuthTokenPurpose
{
    /// <summary>A Leader presents it to the Helper.</summary>
    PresentToHelper = 1,

    /// <summary>A Helper accepts it from the Leader.</summary>
    AcceptFromLeader = 2,

    /// <summary>A Leader accepts it from the Collector.</summary>
    AcceptFromCollector = 3,
}
