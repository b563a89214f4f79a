using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Janus.Hpke.Kems;

namespace Janus.Hpke.X25519;

/// <summary>X25519 from OpenSSL 3's libcrypto, which on Linux the BCL uses itself.</summary>
internal sealed class LibcryptoX25519 : IX25519
{
    private static readonly Lazy<bool> Works = new(Test);

    /// <summary>Whether the library loads, offers X25519 (a FIPS configuration may not) and computes it correctly.</summary>
    internal static bool IsSupported => Works.Value;

    public IDhPrivateKey Parse(ReadOnlySpan<byte> privateKey) => new LibcryptoPrivateKey(privateKey);

    private static bool Test()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(Libcrypto.Name, out nint library))
        {
            return false;
        }

        // The key and point of RFC 7748 §5.2's iterated test, whose first iteration's result is published.
        Span<byte> nine = stackalloc byte[X25519Kem.KeyLength];
        nine.Clear();
        nine[0] = 9;
        Span<byte> secret = stackalloc byte[X25519Kem.KeyLength];
        try
        {
            using LibcryptoPrivateKey key = new(nine);
            return key.TryAgree(nine, secret)
                && secret.SequenceEqual(Convert.FromHexString("422C8E7A6227D7BCA1350B3E2BB7279F7897B87BB6854B783C60E80311AE3079"))
                && secret.SequenceEqual(key.PublicKey);
        }
        catch (Exception exception) when (exception is CryptographicException or EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
        finally
        {
            NativeLibrary.Free(library);
        }
    }
}
