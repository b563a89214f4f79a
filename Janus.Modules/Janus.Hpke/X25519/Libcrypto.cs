using System.Runtime.InteropServices;

namespace Janus.Hpke.X25519;

/// <summary>The functions of OpenSSL 3's libcrypto that X25519 needs.</summary>
internal static unsafe partial class Libcrypto
{
    internal const string Name = "libcrypto.so.3";

    /// <summary>EVP_PKEY_X25519, which is NID_X25519.</summary>
    internal const int X25519Type = 1034;

    /// <summary>What functions return after success.</summary>
    internal const int Success = 1;

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial PKeyHandle NewRawPrivateKey(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial PKeyHandle NewRawPublicKey(int type, nint engine, byte* key, nuint length);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int GetRawPublicKey(PKeyHandle key, byte* output, ref nuint length);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void FreeKey(nint key);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_CTX_new")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial PKeyContextHandle NewContext(PKeyHandle key, nint engine);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_CTX_free")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void FreeContext(nint context);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_derive_init")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int DeriveInit(PKeyContextHandle context);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_derive_set_peer_ex")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int DeriveSetPeer(PKeyContextHandle context, PKeyHandle peer, int validate);

    [LibraryImport(Name, EntryPoint = "EVP_PKEY_derive")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial int Derive(PKeyContextHandle context, byte* secret, ref nuint length);

    [LibraryImport(Name, EntryPoint = "ERR_clear_error")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static partial void ClearErrors();

    /// <summary>An EVP_PKEY.</summary>
    internal sealed class PKeyHandle : SafeHandle
    {
        public PKeyHandle()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeKey(handle);
            return true;
        }
    }

    /// <summary>An EVP_PKEY_CTX, for one thread at a time.</summary>
    internal sealed class PKeyContextHandle : SafeHandle
    {
        public PKeyContextHandle()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            return true;
        }
    }
}
