namespace Janus.Hpke.Kems;

/// <summary>A parsed private key of a Diffie-Hellman group; safe to use from many threads at once.</summary>
internal interface IDhPrivateKey : IDisposable
{
    /// <summary>The encoded public key, Npk bytes.</summary>
    ReadOnlySpan<byte> PublicKey { get; }

    /// <summary>Computes the shared secret, Ndh bytes, with an encoded public key of Npk bytes.</summary>
    /// <returns>False if the public key is not a valid one or the shared secret is refused (RFC 9180 §7.1.4).</returns>
    /// <exception cref="ObjectDisposedException">The key has been disposed of.</exception>
    bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret);
}
