namespace Janus.Hpke;

/// <summary>The encryption algorithms of RFC 9180 §7.3; each value is the IANA codepoint.</summary>
public enum HpkeAeadId : ushort
{
    /// <summary>Reserved by RFC 9180 §7.3; never supported.</summary>
    Reserved = 0x0000,

    /// <summary>AES-128-GCM.</summary>
    Aes128Gcm = 0x0001,

    /// <summary>AES-256-GCM.</summary>
    Aes256Gcm = 0x0002,

    /// <summary>ChaCha20Poly1305.</summary>
    ChaCha20Poly1305 = 0x0003,
}
