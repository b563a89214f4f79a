using System.Buffers.Text;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>The JSON file with a Collector's HPKE key pair: see <see cref="CollectorKeyFileJson"/>.</summary>
public static class CollectorKeyFile
{
    /// <summary>Writes a new file that only its owner may read.</summary>
    /// <exception cref="TaskFileException">The file exists.</exception>
    public static async Task WriteNewAsync(string path, HpkeConfig config, HpkeKeyPair keyPair, CancellationToken cancellationToken = default)
    {
        byte[] privateKey = keyPair.ExportPrivateKey();
        CollectorKeyFileJson json = new(Encode(config), Base64Url.EncodeToString(privateKey));
        CryptographicOperations.ZeroMemory(privateKey);
        await JsonFile.WriteNewAsync(path, json, TaskFileJsonContext.Default.CollectorKeyFileJson, secret: true, cancellationToken);
    }

    /// <summary>Reads a key pair with its configuration.</summary>
    /// <exception cref="TaskFileException">The file is missing or malformed, or the two do not belong together.</exception>
    public static async Task<(HpkeConfig Config, HpkeKeyPair KeyPair)> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        CollectorKeyFileJson json = await JsonFile.ReadAsync(path, TaskFileJsonContext.Default.CollectorKeyFileJson, cancellationToken);
        byte[] privateKey = [];
        try
        {
            HpkeConfig config = TaskChecks.RequireSupported(JsonMember.Message<HpkeConfig>(json.HpkeConfig, "hpke_config"));
            privateKey = JsonMember.Bytes(json.PrivateKey, "private_key");
            return (config, Import(config, privateKey));
        }
        catch (FormatException failure)
        {
            throw new TaskFileException(path, Quote.MessageOf(failure), failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Reads an HPKE configuration: from a key file, or given as base64url itself.</summary>
    /// <exception cref="TaskFileException">There is none.</exception>
    public static async Task<HpkeConfig> ReadConfigAsync(string pathOrText, CancellationToken cancellationToken = default)
    {
        try
        {
            return File.Exists(pathOrText)
                ? DecodeConfig((await JsonFile.ReadAsync(pathOrText, TaskFileJsonContext.Default.CollectorKeyFileJson, cancellationToken)).HpkeConfig)
                : DecodeConfig(pathOrText);
        }
        catch (Exception failure) when (failure is FormatException or DecodeException)
        {
            throw new TaskFileException(
                Quote.Line(pathOrText), $"expected a key file, or an encoded HpkeConfig in base64url: {Quote.MessageOf(failure)}", failure);
        }
    }

    /// <summary>The configuration in base64url without padding.</summary>
    public static string Encode(HpkeConfig config) => Base64Url.EncodeToString(WireMessage.Encode(config));

    private static HpkeKeyPair Import(HpkeConfig config, byte[] privateKey)
    {
        HpkeKeyPair keyPair;
        try
        {
            keyPair = HpkeKeyPair.Import(config.Suite().Kem, privateKey);
        }
        catch (ArgumentException failure)
        {
            throw new FormatException($"private_key: expected a private key of {config.Suite().Kem}", failure);
        }

        if (keyPair.PublicKey.Span.SequenceEqual(config.PublicKey.Span))
        {
            return keyPair;
        }

        keyPair.Dispose();
        throw new FormatException("the private key does not belong to the HPKE configuration");
    }

    private static HpkeConfig DecodeConfig(string? text)
    {
        byte[] encoded;
        try
        {
            encoded = Base64Url.DecodeFromChars(text);
        }
        catch (FormatException failure)
        {
            // What the decoder says helps nobody: the text is cut, or the name of a file that is not there.
            throw new FormatException("there is no such file, and the text is not all of what 'janus hpke-key generate' prints", failure);
        }

        return TaskChecks.RequireSupported(WireMessage.Decode<HpkeConfig>(encoded));
    }
}
