namespace Janus.Hpke;

/// <summary>The key encapsulation mechanisms of RFC 9180 §7.1; each value is the IANA codepoint.</summary>
public enum HpkeKemId : ushort
{
    /// <summary>Reserved by RFC 9180 §7.1; never supported.</summary>
    Reserved = 0x0000,

    /// <summary>DHKEM(P-256, HKDF-SHA256).</summary>
    P256HkdfSha256 = 0x0010,

    /// <summary>DHKEM(P-384, HKDF-SHA384).</summary>
    P384HkdfSha384 = 0x0011,

    /// <summary>DHKEM(P-521, HKDF-SHA512).</summary>
    P521HkdfSha512 = 0x0012,

    /// <summary>DHKEM(X25519, HKDF-SHA256).</summary>
    X25519HkdfSha256 = 0x0020,
}
