using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Janus.Datastore;

/// <summary>
/// Encrypts single column values with AES-GCM. A value opens only in the table, column and row it was sealed for.
/// </summary>
/// <remarks>
/// A sealed value is the key ID (1 byte), a random nonce (12), the ciphertext and the tag (16). The associated data
/// are the table, the column and the row key, each after its length.
/// </remarks>
public sealed class ColumnEncryption
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int HeaderLength = 1 + NonceLength;
    private readonly DatastoreKeys? _keys;
    private readonly DatastoreKeyFile? _file;

    /// <summary>Encrypts with the first of <paramref name="keys"/> and decrypts with any of them.</summary>
    public ColumnEncryption(DatastoreKeys keys) => _keys = keys;

    /// <summary>Encrypts and decrypts with the keys that <paramref name="file"/> has at the time.</summary>
    internal ColumnEncryption(DatastoreKeyFile file) => _file = file;

    /// <summary>The keys at present.</summary>
    public DatastoreKeys Keys => _keys ?? _file!.Keys;

    /// <summary>What a sealed value begins with, in bytes: the key ID and the nonce, which no other value has.</summary>
    internal static int LengthOfHeader => HeaderLength;

    /// <summary>The number of bytes that sealing adds.</summary>
    public static int Overhead => HeaderLength + TagLength;

    /// <summary>Encrypts a value for one table, column and row.</summary>
    public byte[] Seal(string table, string column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> plaintext)
    {
        (byte id, byte[] key) = Keys.Primary;
        byte[] value = new byte[checked(plaintext.Length + Overhead)];
        value[0] = id;
        Span<byte> nonce = value.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using AesGcm aes = new(key, TagLength);
        aes.Encrypt(
            nonce,
            plaintext,
            value.AsSpan(HeaderLength, plaintext.Length),
            value.AsSpan(HeaderLength + plaintext.Length),
            AssociatedBytes(table, column, rowKey));
        return value;
    }

    /// <summary>Decrypts a value that was sealed for this table, column and row.</summary>
    /// <exception cref="DatastoreKeyException">
    /// The value was sealed with another key or for another place, or it has been changed.
    /// </exception>
    public byte[] Open(string table, string column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> value)
    {
        if (value.Length < Overhead)
        {
            throw Failed(table, column, "it is too short");
        }

        // Another process may have begun to use a key that was put into the file a moment ago.
        byte[]? key = Keys.WithId(value[0]) ?? (_file is not null && _file.Reload() ? Keys.WithId(value[0]) : null);
        if (key is null)
        {
            throw Failed(table, column, FormattableString.Invariant(
                $"it was encrypted with the datastore key {value[0]:x2}, and configured are {string.Join(", ", Keys.Ids.Select(id => id.ToString("x2", CultureInfo.InvariantCulture)))}; put the missing key behind the others in Database.DatastoreKeys or the file of Database.DatastoreKeysFile (docs/keys.md), or look whether this is the right database"));
        }

        byte[] plaintext = new byte[value.Length - Overhead];
        return TryOpen(key, value, AssociatedBytes(table, column, rowKey), plaintext)
            ? plaintext
            : throw Failed(table, column, "it was encrypted with another datastore key of the same ID or for another row, or it has been changed; look whether the keys in Database.DatastoreKeys, or the file of Database.DatastoreKeysFile, are those of this database");
    }

    internal byte[] Seal(EncryptedColumn column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> plaintext) =>
        Seal(column.Binding.Table, column.Binding.Column, rowKey, plaintext);

    internal byte[] Open(EncryptedColumn column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> value) =>
        Open(column.Binding.Table, column.Binding.Column, rowKey, value);

    private static bool TryOpen(byte[] key, ReadOnlySpan<byte> value, byte[] associated, byte[] plaintext)
    {
        using AesGcm aes = new(key, TagLength);
        try
        {
            aes.Decrypt(
                value.Slice(1, NonceLength),
                value[HeaderLength..^TagLength],
                value[^TagLength..],
                plaintext,
                associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private static byte[] AssociatedBytes(string table, string column, ReadOnlySpan<byte> rowKey)
    {
        int length = (3 * sizeof(ushort)) + Encoding.ASCII.GetByteCount(table) + Encoding.ASCII.GetByteCount(column) + rowKey.Length;
        byte[] bytes = new byte[length];
        Span<byte> rest = bytes;
        rest = Append(rest, Encoding.ASCII.GetBytes(table));
        rest = Append(rest, Encoding.ASCII.GetBytes(column));
        Append(rest, rowKey);
        return bytes;
    }

    private static Span<byte> Append(Span<byte> destination, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)part.Length));
        part.CopyTo(destination[sizeof(ushort)..]);
        return destination[(sizeof(ushort) + part.Length)..];
    }

    private static DatastoreKeyException Failed(string table, string column, string reason) =>
        new($"a value of {table}.{column} cannot be decrypted: {reason}");
}
