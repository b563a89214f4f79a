using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Janus.Dap;

/// <summary>A secret that authenticates a peer: DAP §3.5 (request-authentication), RFC 6750 §2.1.</summary>
/// <remarks>It is compared in constant time and never printed; servers keep only its hash.</remarks>
public readonly struct BearerToken : IEquatable<BearerToken>
{
    private const int GeneratedLength = 32;
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

    private readonly string? _secret;

    private BearerToken(string secret) => _secret = secret;

    /// <summary>The token itself, to be sent in an <c>Authorization</c> header over TLS.</summary>
    public string Secret => _secret ?? throw new InvalidOperationException("the token is not set");

    /// <summary>Draws a token of 32 random bytes, in base64url.</summary>
    public static BearerToken Generate()
    {
        Span<byte> bytes = stackalloc byte[GeneratedLength];
        RandomNumberGenerator.Fill(bytes);
        BearerToken token = new(Base64Url.EncodeToString(bytes));
        CryptographicOperations.ZeroMemory(bytes);
        return token;
    }

    /// <summary>Takes over a token.</summary>
    /// <exception cref="FormatException">The text is not one of RFC 6750's <c>b64token</c>s.</exception>
    public static BearerToken Parse(string text) => TryParse(text, out BearerToken token)
        ? token
        : throw new FormatException("expected a bearer token of letters, digits and -._~+/ with = at the end");

    /// <summary>Takes over a token, unless the text is not one of RFC 6750's <c>b64token</c>s.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out BearerToken token)
    {
        ReadOnlySpan<char> characters = text.AsSpan().TrimEnd('=');
        bool valid = !characters.IsEmpty && !characters.ContainsAnyExcept(Allowed);
        token = valid ? new BearerToken(text!) : default;
        return valid;
    }

    /// <summary>Reads the value of an <c>Authorization</c> header of the scheme <c>Bearer</c>.</summary>
    public static bool TryParseAuthorization(string? header, out BearerToken token)
    {
        const string scheme = "Bearer ";
        token = default;
        return header is not null
            && header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
            && TryParse(header[scheme.Length..].Trim(' '), out token);
    }

    /// <summary>The SHA-256 hash of the token, 32 bytes: what a server stores, and looks the sender up by.</summary>
    public byte[] Hash() => SHA256.HashData(Encoding.ASCII.GetBytes(Secret));

    /// <summary>Whether the stored <paramref name="hash"/> is this token's, compared in constant time.</summary>
    public bool Matches(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(Hash(), hash);

    /// <summary>Whether both are the same token, compared in constant time.</summary>
    public bool Equals(BearerToken other) => _secret is null || other._secret is null
        ? _secret is null && other._secret is null
        : Matches(other.Hash());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BearerToken other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _secret is null ? 0 : BitConverter.ToInt32(Hash());

    /// <summary>The type's name: the token is secret.</summary>
    public override string ToString() => nameof(BearerToken);

    /// <summary>Whether both are the same token, compared in constant time.</summary>
    public static bool operator ==(BearerToken left, BearerToken right) => left.Equals(right);

    /// <summary>Whether the tokens differ, compared in constant time.</summary>
    public static bool operator !=(BearerToken left, BearerToken right) => !left.Equals(right);
}
