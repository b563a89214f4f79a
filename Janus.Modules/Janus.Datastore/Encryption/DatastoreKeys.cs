using System.Buffers.Text;
using System.Security.Cryptography;

namespace Janus.Datastore;

/// <summary>
/// The keys of the column encryption, 16 or 32 bytes each: the first one encrypts, every one decrypts, so a key is
/// changed by putting a new one in front.
/// </summary>
public sealed class DatastoreKeys
{
    private const int GeneratedLength = 16;
    private readonly (byte Id, byte[] Key)[] _keys;

    private DatastoreKeys((byte Id, byte[] Key)[] keys) => _keys = keys;

    /// <summary>Reads keys as the configuration has them: base64url without padding.</summary>
    /// <exception cref="FormatException">There is no key, or one is not base64url of 16 or 32 bytes.</exception>
    public static DatastoreKeys Parse(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        (byte, byte[])[] parsed = [.. keys.Select((text, index) => ParseKey(text, index))];
        return parsed.Length == 0
            ? throw new FormatException("datastore keys: at least one key expected")
            : new DatastoreKeys(parsed);
    }

    /// <summary>Draws a new key and writes it the way <see cref="Parse"/> reads it.</summary>
    public static string Generate()
    {
        Span<byte> key = stackalloc byte[GeneratedLength];
        RandomNumberGenerator.Fill(key);
        string text = Base64Url.EncodeToString(key);
        CryptographicOperations.ZeroMemory(key);
        return text;
    }

    /// <summary>The type name, never a key.</summary>
    public override string ToString() => nameof(DatastoreKeys);

    internal (byte Id, byte[] Key) Primary => _keys[0];

    internal IEnumerable<byte[]> WithId(byte id) => _keys.Where(key => key.Id == id).Select(key => key.Key);

    private static (byte Id, byte[] Key) ParseKey(string text, int index)
    {
        if (!Base64Url.IsValid(text) || text.Contains('=', StringComparison.Ordinal))
        {
            throw Malformed(index);
        }

        byte[] key = Base64Url.DecodeFromChars(text);
        return key.Length is 16 or 32 ? (IdOf(key), key) : throw Malformed(index);
    }

    private static FormatException Malformed(int index) =>
        new($"datastore key {index}: 16 or 32 bytes in base64url without padding expected");

    // The ID only saves trying every key: two keys with the same ID do no harm, and an octet of a hash tells nothing.
    private static byte IdOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, "janus datastore key id"u8, hash);
        return hash[0];
    }
}
