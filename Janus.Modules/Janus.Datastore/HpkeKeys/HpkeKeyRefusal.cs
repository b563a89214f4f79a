namespace Janus.Datastore;

/// <summary>Why an operator's change of a key was not made.</summary>
public enum HpkeKeyRefusal
{
    /// <summary>It was made.</summary>
    None,

    /// <summary>There is no such key.</summary>
    Unknown,

    /// <summary>The key is in that state already.</summary>
    SameState,

    /// <summary>Reports may still arrive, or wait to be aggregated, that only this key opens.</summary>
    InUse,
}
