namespace Janus.Aggregator;

/// <summary>Whether a server asks those who connect for a client certificate.</summary>
public enum ClientCertificates
{
    /// <summary>It does not.</summary>
    Ignore,

    /// <summary>It asks, and takes any or none: the certificate counts where a task has one pinned.</summary>
    Ask,
}
