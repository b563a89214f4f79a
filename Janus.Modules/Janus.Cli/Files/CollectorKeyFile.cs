using System.Buffers.Text;
using System.Security.Cryptography;
using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>The JSON file with a Collector's HPKE key pair: see <see cref="CollectorKeyFileJson"/>.</summary>
internal static class CollectorKeyFile
{
    /// <summary>Writes a new file that only its owner may read.</summary>
    /// <exception cref="CliException">The file exists.</exception>
    public static async Task WriteNewAsync(string path, HpkeConfig config, HpkeKeyPair keyPair, CancellationToken cancellationToken)
    {
        byte[] privateKey = keyPair.ExportPrivateKey();
        CollectorKeyFileJson json = new(Encode(config), Base64Url.EncodeToString(privateKey));
        CryptographicOperations.ZeroMemory(privateKey);
        await JsonFile.WriteNewAsync(path, json, CliJsonContext.Default.CollectorKeyFileJson, secret: true, cancellationToken);
    }

    /// <summary>Reads a key pair with its configuration.</summary>
    /// <exception cref="CliException">The file is missing or malformed, or the two do not belong together.</exception>
    public static async Task<(HpkeConfig Config, HpkeKeyPair KeyPair)> ReadAsync(string path, CancellationToken cancellationToken)
    {
        CollectorKeyFileJson json = await JsonFile.ReadAsync(path, CliJsonContext.Default.CollectorKeyFileJson, cancellationToken);
        byte[] privateKey = [];
        try
        {
            HpkeConfig config = DecodeConfig(json.HpkeConfig);
            privateKey = Base64Url.DecodeFromChars(json.PrivateKey);
            HpkeKeyPair keyPair = HpkeKeyPair.Import(config.Suite().Kem, privateKey);
            if (keyPair.PublicKey.Span.SequenceEqual(config.PublicKey.Span))
            {
                return (config, keyPair);
            }

            keyPair.Dispose();
            throw new CliException($"{path}: the private key does not belong to the HPKE configuration");
        }
        catch (Exception failure) when (failure is FormatException or DecodeException or ArgumentException)
        {
            throw new CliException($"{path}: a key file of 'janus hpke-key generate' expected: {Quote.MessageOf(failure)}", failure);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>Reads an HPKE configuration: from a key file, or given as base64url itself.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public static async Task<HpkeConfig> ReadConfigAsync(string pathOrText, CancellationToken cancellationToken)
    {
        try
        {
            return File.Exists(pathOrText)
                ? DecodeConfig((await JsonFile.ReadAsync(pathOrText, CliJsonContext.Default.CollectorKeyFileJson, cancellationToken)).HpkeConfig)
                : DecodeConfig(pathOrText);
        }
        catch (Exception failure) when (failure is FormatException or DecodeException)
        {
            throw new CliException($"{Quote.Of(pathOrText)}: a key file, or an encoded HpkeConfig in base64url, expected: {Quote.MessageOf(failure)}", failure);
        }
    }

    /// <summary>The configuration in base64url without padding.</summary>
    public static string Encode(HpkeConfig config) => Base64Url.EncodeToString(WireMessage.Encode(config));

    private static HpkeConfig DecodeConfig(string? text) =>
        TaskChecks.RequireSupported(WireMessage.Decode<HpkeConfig>(Base64Url.DecodeFromChars(text)));
}
