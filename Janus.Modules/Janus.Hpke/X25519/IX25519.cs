using Janus.Hpke.Kems;

namespace Janus.Hpke.X25519;

/// <summary>An implementation of X25519 (RFC 7748).</summary>
internal interface IX25519
{
    /// <summary>Parses a private key of 32 bytes and computes its public key.</summary>
    IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey);
}
