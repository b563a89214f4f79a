using System.Buffers.Text;
using System.Security.Cryptography;

namespace Janus.Datastore;

/// <summary>
/// The keys of the column encryption, 16 or 32 bytes each: the first one encrypts, every one decrypts, so a key is
/// changed by putting a new one in front. Each has an ID of one byte, which goes before what it encrypts.
/// </summary>
public sealed class DatastoreKeys
{
    private const int GeneratedLength = 32;
    private readonly (byte Id, byte[] Key)[] _keys;

    private DatastoreKeys((byte Id, byte[] Key)[] keys) => _keys = keys;

    /// <summary>Reads keys as the configuration has them: base64url without padding.</summary>
    /// <exception cref="FormatException">
    /// There is no key, one is not base64url of 16 or 32 bytes, or two have the same ID.
    /// </exception>
    public static DatastoreKeys Parse(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        (byte Id, byte[] Key)[] parsed = [.. keys.Select((text, index) => ParseKey(text, index))];
        for (int i = 0; i < parsed.Length; i++)
        {
            int other = Array.FindIndex(parsed, key => key.Id == parsed[i].Id);
            if (other < i)
            {
                throw new FormatException(parsed[other].Key.AsSpan().SequenceEqual(parsed[i].Key)
                    ? $"datastore key {i}: expected another key than key {other}"
                    : $"datastore keys {other} and {i}: expected different key IDs, both have {parsed[i].Id:x2}; replace the one that is new (janus datastore-key generate)");
            }
        }

        return parsed.Length == 0
            ? throw new FormatException("datastore keys: expected at least one key")
            : new DatastoreKeys(parsed);
    }

    /// <summary>Reads keys as a file has them: one a line; empty lines and those that begin with # do not count.</summary>
    /// <exception cref="FormatException">As <see cref="Parse"/>.</exception>
    public static DatastoreKeys ParseFile(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return Parse(content.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'));
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

    /// <summary>The IDs of the keys, that of the encrypting one first.</summary>
    public IReadOnlyList<byte> Ids => [.. _keys.Select(key => key.Id)];

    internal (byte Id, byte[] Key) Primary => _keys[0];

    internal byte[]? WithId(byte id) => Array.Find(_keys, key => key.Id == id).Key;

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
        new($"datastore key {index}: expected 16 or 32 bytes in base64url without padding");

    // It tells who has to be asked, and whose values there are left; an octet of a hash tells nothing about the key.
    private static byte IdOf(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, "janus datastore key id"u8, hash);
        return hash[0];
    }
}
