using System.Security.Cryptography;
using Janus.Hpke.Kems;

namespace Janus.Hpke;

/// <summary>A recipient's key pair, parsed once and usable from many threads (RFC 9180 §4).</summary>
/// <remarks>Disposing of it clears the private key; whatever uses the pair afterwards throws <see cref="ObjectDisposedException"/>.</remarks>
public sealed class HpkeKeyPair : IDisposable
{
    private readonly byte[] _privateKey;
    private bool _disposed;

    private HpkeKeyPair(DhKem kem, byte[] privateKey)
    {
        KemOf = kem;
        _privateKey = privateKey;
        Parsed = kem.Parse(privateKey);
        PublicKey = Parsed.PublicKey.ToArray();
    }

    /// <summary>The KEM the keys are for.</summary>
    public HpkeKemId Kem => KemOf.Id;

    /// <summary>The encoded public key, Npk bytes (RFC 9180 §7.1.1).</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    internal DhKem KemOf { get; }

    internal IDhPrivateKey Parsed { get; }

    /// <summary>Draws a new key pair (RFC 9180 §4).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported.</exception>
    public static HpkeKeyPair Generate(HpkeKemId kem)
    {
        DhKem group = DhKem.Of(kem);
        byte[] privateKey = Allocate(group);
        group.GeneratePrivateKey(privateKey);
        return new HpkeKeyPair(group, privateKey);
    }

    /// <summary>Derives a key pair from key material with at least Nsk bytes of entropy (RFC 9180 §7.1.3).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported, or the key material is shorter than Nsk bytes.</exception>
    public static HpkeKeyPair DeriveKeyPair(HpkeKemId kem, ReadOnlySpan<byte> ikm)
    {
        DhKem group = DhKem.Of(kem);
        if (ikm.Length < group.Nsk)
        {
            throw new ArgumentException($"expected key material of at least {group.Nsk} bytes, got {ikm.Length}", nameof(ikm));
        }

        byte[] privateKey = Allocate(group);
        group.DerivePrivateKey(ikm, privateKey);
        return new HpkeKeyPair(group, privateKey);
    }

    /// <summary>Parses an encoded private key of Nsk bytes and computes its public key (RFC 9180 §7.1.2).</summary>
    /// <exception cref="ArgumentException">The KEM is not supported, or the bytes are not one of its private keys.</exception>
    public static HpkeKeyPair Import(HpkeKemId kem, ReadOnlySpan<byte> privateKey) => Import(DhKem.Of(kem), privateKey);

    /// <summary>The encoded private key, Nsk bytes, which the caller must encrypt or clear (RFC 9180 §7.1.2).</summary>
    /// <exception cref="ObjectDisposedException">The pair has been disposed of.</exception>
    public byte[] ExportPrivateKey()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _privateKey];
    }

    /// <summary>Clears the private key.</summary>
    public void Dispose()
    {
        _disposed = true;
        Parsed.Dispose();
        CryptographicOperations.ZeroMemory(_privateKey);
    }

    /// <summary>The name of the type: nothing of the keys.</summary>
    public override string ToString() => nameof(HpkeKeyPair);

    internal static HpkeKeyPair Import(DhKem group, ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != group.Nsk)
        {
            throw new ArgumentException($"expected a private key of {group.Nsk} bytes, got {privateKey.Length}", nameof(privateKey));
        }

        byte[] copy = Allocate(group);
        privateKey.CopyTo(copy);
        if (!group.TryNormalize(copy))
        {
            CryptographicOperations.ZeroMemory(copy);
            throw new ArgumentException("the private key is not in the range of the group", nameof(privateKey));
        }

        return new HpkeKeyPair(group, copy);
    }

    /// <summary>Pinned, so that clearing it leaves no copy behind that the garbage collector made.</summary>
    private static byte[] Allocate(DhKem group) => GC.AllocateUninitializedArray<byte>(group.Nsk, pinned: true);
}
