using System.Buffers.Binary;
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
    private readonly DatastoreKeys _keys;

    /// <summary>Encrypts with the first of <paramref name="keys"/> and decrypts with any of them.</summary>
    public ColumnEncryption(DatastoreKeys keys) => _keys = keys;

    /// <summary>The number of bytes that sealing adds.</summary>
    public static int Overhead => HeaderLength + TagLength;

    /// <summary>Encrypts a value for one table, column and row.</summary>
    public byte[] Seal(string table, string column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> plaintext)
    {
        (byte id, byte[] key) = _keys.Primary;
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
    /// <exception cref="CryptographicException">
    /// The value was sealed with another key or for another place, or it has been changed.
    /// </exception>
    public byte[] Open(string table, string column, ReadOnlySpan<byte> rowKey, ReadOnlySpan<byte> value)
    {
        if (value.Length < Overhead)
        {
            throw Failed(table, column, "it is too short");
        }

        byte[] plaintext = new byte[value.Length - Overhead];
        byte[] associated = AssociatedBytes(table, column, rowKey);
        bool keyKnown = false;
        foreach (byte[] key in _keys.WithId(value[0]))
        {
            keyKnown = true;
            if (TryOpen(key, value, associated, plaintext))
            {
                return plaintext;
            }
        }

        throw Failed(table, column, keyKnown
            ? "it was sealed with another key or for another row, or it has been changed"
            : "its key is not among the configured ones");
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

    private static CryptographicException Failed(string table, string column, string reason) =>
        new($"a value of {table}.{column} cannot be decrypted: {reason}");
}
