using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Janus.Codec;

namespace Janus.Messages;

/// <summary>What all identifiers have in common: random generation, text and wire form.</summary>
public static class Identifier
{
    private const int MaximumLength = 32;

    private static readonly SearchValues<char> Base64UrlCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Members that every identifier type has, such as <c>TaskId.Parse(text)</c>.</summary>
    extension<T>(T)
        where T : struct, IIdentifier<T>
    {
        /// <summary>Draws an identifier from the system's cryptographic random number generator.</summary>
        public static T Random()
        {
            Span<byte> bytes = stackalloc byte[T.Length];
            RandomNumberGenerator.Fill(bytes);
            return T.FromBytes(bytes);
        }

        /// <summary>Reads base64url without padding: DAP §3 (http-usage).</summary>
        /// <exception cref="FormatException">The text is not the canonical encoding of the right number of bytes.</exception>
        public static T Parse(ReadOnlySpan<char> text) => TryParse(text, out T identifier)
            ? identifier
            : throw new FormatException($"{typeof(T).Name}: expected {T.Length} bytes in base64url without padding");

        /// <summary>Reads base64url without padding; anything but the canonical encoding is refused.</summary>
        public static bool TryParse(ReadOnlySpan<char> text, out T identifier)
        {
            identifier = default;
            if (text.Length != TextLength(T.Length) || text.ContainsAnyExcept(Base64UrlCharacters))
            {
                return false;
            }

            Span<byte> bytes = stackalloc byte[MaximumLength];
            if (Base64Url.DecodeFromChars(text, bytes, out _, out int written) != OperationStatus.Done || written != T.Length)
            {
                return false;
            }

            // The bits of the last character that no byte uses must be zero, or two texts would name one resource.
            T parsed = T.FromBytes(bytes[..written]);
            if (!text.SequenceEqual(Format(parsed)))
            {
                return false;
            }

            identifier = parsed;
            return true;
        }

        /// <summary>Reads base64url without padding; <see langword="null"/> and anything but the canonical encoding is refused.</summary>
        public static bool TryParse([NotNullWhen(true)] string? text, out T identifier) =>
            TryParse(text.AsSpan(), out identifier);
    }

    /// <summary>Copies the bytes to a new array.</summary>
    public static byte[] ToArray<T>(this T identifier)
        where T : struct, IIdentifier<T>
    {
        byte[] bytes = new byte[T.Length];
        identifier.CopyTo(bytes);
        return bytes;
    }

    /// <summary>Reads an identifier and names <paramref name="field"/> when bytes are missing.</summary>
    /// <exception cref="DecodeException">The buffer is too short.</exception>
    public static T ReadIdentifier<T>(this ref WireReader reader, string field)
        where T : struct, IIdentifier<T> => T.FromBytes(reader.ReadFixed(T.Length, field));

    /// <summary>Writes the bytes of an identifier.</summary>
    public static void WriteIdentifier<T>(this WireWriter writer, T identifier)
        where T : struct, IIdentifier<T>
    {
        Span<byte> bytes = stackalloc byte[T.Length];
        identifier.CopyTo(bytes);
        writer.WriteFixed(bytes);
    }

    internal static string Format<T>(T identifier)
        where T : struct, IIdentifier<T>
    {
        Span<byte> bytes = stackalloc byte[T.Length];
        identifier.CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    private static int TextLength(int bytes) => ((bytes * 8) + 5) / 6;
}
