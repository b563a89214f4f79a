namespace Janus.Datastore;

/// <summary>What a credential is. The numbers are those of the database.</summary>
public enum AuthTokenKind
{
    /// <summary>A bearer token.</summary>
    Bearer = 1,

    /// <summary>The public key of a client certificate, which is pinned: see <see cref="AuthToken.Hash"/>.</summary>
    CertificateKey = 2,
}
