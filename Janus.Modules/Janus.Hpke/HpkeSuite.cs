using Janus.Hpke.Kems;

namespace Janus.Hpke;

/// <summary>A choice of KEM, KDF and AEAD, which need not be supported: it may come from a peer (RFC 9180 §7).</summary>
/// <param name="Kem">The key encapsulation mechanism.</param>
/// <param name="Kdf">The key derivation function of the key schedule.</param>
/// <param name="Aead">The encryption algorithm.</param>
public readonly record struct HpkeSuite(HpkeKemId Kem, HpkeKdfId Kdf, HpkeAeadId Aead)
{
    /// <summary>Whether this process can seal and open under the suite.</summary>
    public bool IsSupported => DhKem.IsSupported(Kem) && Kdfs.IsSupported(Kdf) && Aeads.IsSupported(Aead);

    /// <summary>The length of an encoded public key, in bytes (RFC 9180 §7.1).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported.</exception>
    public int Npk => DhKem.Of(Kem).Npk;

    /// <summary>The length of an encoded private key, in bytes (RFC 9180 §7.1).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported.</exception>
    public int Nsk => DhKem.Of(Kem).Nsk;

    /// <summary>The length of an encapsulated key, in bytes (RFC 9180 §7.1).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported.</exception>
    public int Nenc => Npk;

    /// <summary>The length of the authentication tag at the end of every ciphertext, in bytes (RFC 9180 §7.3).</summary>
    /// <exception cref="ArgumentException">The AEAD is not supported.</exception>
    public int Nt => Aeads.TagLength(Aead);

    /// <summary>The names of the three algorithms, or the codepoints of those without a name.</summary>
    public override string ToString() => $"{Kem}/{Kdf}/{Aead}";

    internal void ThrowIfUnsupported(string parameter)
    {
        if (!IsSupported)
        {
            throw new ArgumentException($"the HPKE suite {this} is not supported", parameter);
        }
    }
}
