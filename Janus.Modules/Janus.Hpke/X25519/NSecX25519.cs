using System.Security.Cryptography;
using Janus.Hpke.Kems;
using NSec.Cryptography;

namespace Janus.Hpke.X25519;

/// <summary>X25519 from libsodium by way of NSec: everywhere, but slower than libcrypto.</summary>
internal sealed class NSecX25519 : IX25519
{
    public IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey) => new PrivateKey(privateKey);

    private sealed class PrivateKey : IDhPrivateKey
    {
        private readonly Key _key;
        private readonly byte[] _publicKey;

        internal PrivateKey(ReadOnlySpan<byte> privateKey)
        {
            _key = Key.Import(KeyAgreementAlgorithm.X25519, privateKey, KeyBlobFormat.RawPrivateKey);
            _publicKey = _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        }

        public ReadOnlySpan<byte> PublicKey => _publicKey;

        public bool TryAgree(ReadOnlySpan<byte> peerPublicKey, Span<byte> sharedSecret)
        {
            if (!NSec.Cryptography.PublicKey.TryImport(
                KeyAgreementAlgorithm.X25519, peerPublicKey, KeyBlobFormat.RawPublicKey, out PublicKey? peer))
            {
                return false;
            }

            // Null when the shared secret would be all zero.
            SharedSecretCreationParameters exportable = new() { ExportPolicy = KeyExportPolicies.AllowPlaintextExport };
            using SharedSecret? secret = KeyAgreementAlgorithm.X25519.Agree(_key, peer!, in exportable);
            if (secret is null)
            {
                return false;
            }

            byte[] bytes = secret.Export(SharedSecretBlobFormat.RawSharedSecret);
            bytes.CopyTo(sharedSecret);
            CryptographicOperations.ZeroMemory(bytes);
            return true;
        }

        public void Dispose() => _key.Dispose();
    }
}
