namespace Janus.Datastore;

/// <summary>The life of an HPKE key of ours. In every state it opens what was encrypted to it; after the last it is deleted.</summary>
public enum HpkeKeyState
{
    /// <summary>Made, but not announced yet: every process learns of it first.</summary>
    Pending,

    /// <summary>Announced to Clients, if it is the newest one of its ciphersuite.</summary>
    Active,

    /// <summary>Announced no more, kept for the reports of Clients that have cached it and for those still to be aggregated.</summary>
    Expired,
}
