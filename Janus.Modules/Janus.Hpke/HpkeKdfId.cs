namespace Janus.Hpke;

/// <summary>The key derivation functions of RFC 9180 §7.2; each value is the IANA codepoint.</summary>
public enum HpkeKdfId : ushort
{
    /// <summary>Reserved by RFC 9180 §7.2; never supported.</summary>
    Reserved = 0x0000,

    /// <summary>HKDF-SHA256.</summary>
    HkdfSha256 = 0x0001,

    /// <summary>HKDF-SHA384.</summary>
    HkdfSha384 = 0x0002,

    /// <summary>HKDF-SHA512.</summary>
    HkdfSha512 = 0x0003,
}
