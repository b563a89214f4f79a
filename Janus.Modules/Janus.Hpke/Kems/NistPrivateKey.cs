using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Janus.Hpke.Kems;

/// <summary>A private key of a NIST curve, with one BCL key per thread at work: those are not promised to be thread-safe.</summary>
internal sealed class NistPrivateKey : IDhPrivateKey
{
    private const byte Uncompressed = 0x04;

    private readonly ECCurve _curve;
    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey;
    private readonly ConcurrentBag<ECDiffieHellman> _idle = [];
    private volatile bool _disposed;

    /// <summary>Parses a private key that is known to be in range.</summary>
    internal NistPrivateKey(ECCurve curve, ReadOnlySpan<byte> privateKey)
    {
        _curve = curve;
        _privateKey = GC.AllocateUninitializedArray<byte>(privateKey.Length, pinned: true);
        privateKey.CopyTo(_privateKey);
        ECDiffieHellman key = Parse();
        ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
        _publicKey = [Uncompressed, .. q.X!, .. q.Y!];
        _idle.Add(key);
    }

    public ReadOnlySpan<byte> PublicKey => _publicKey;

    public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(HpkeKeyPair));
        using ECDiffieHellman? peer = ParsePeer(peerPublicKey);
        if (peer is null)
        {
            return false;
        }

        ECDiffieHellman key = _idle.TryTake(out ECDiffieHellman? idle) ? idle : Parse();
        try
        {
            using ECDiffieHellmanPublicKey peerKey = peer.PublicKey;
            byte[] x = key.DeriveRawSecretAgreement(peerKey);
            x.CopyTo(sharedSecret);
            CryptographicOperations.ZeroMemory(x);
            return true;
        }
        finally
        {
            Return(key);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        DisposeIdle();
        CryptographicOperations.ZeroMemory(_privateKey);
    }

    private void Return(ECDiffieHellman key)
    {
        _idle.Add(key);
        if (_disposed)
        {
            DisposeIdle();
        }
    }

    private void DisposeIdle()
    {
        while (_idle.TryTake(out ECDiffieHellman? key))
        {
            key.Dispose();
        }
    }

    private ECDiffieHellman Parse() => ECDiffieHellman.Create(new ECParameters { Curve = _curve, D = _privateKey });

    private ECDiffieHellman? ParsePeer(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey[0] != Uncompressed)
        {
            return null;
        }

        int length = _privateKey.Length;
        ECPoint q = new() { X = publicKey.Slice(1, length).ToArray(), Y = publicKey[(1 + length)..].ToArray() };
        try
        {
            // Importing checks the range of the coordinates and the curve's equation; infinity has no such encoding.
            return ECDiffieHellman.Create(new ECParameters { Curve = _curve, Q = q });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
