using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;

namespace Janus.Cli.Commands;

/// <summary><c>janus datastore-key generate</c>: a new key for the encrypted columns.</summary>
internal static class DatastoreKeyCommand
{
    private const int KeySize = 32;

    public static Command Create()
    {
        Command generate = new("generate", "Print a new random key, base64url, for Database.DatastoreKeys");
        generate.SetAction(_ =>
        {
            byte[] key = RandomNumberGenerator.GetBytes(KeySize);
            Console.WriteLine(Base64Url.EncodeToString(key));
            CryptographicOperations.ZeroMemory(key);
            return 0;
        });
        generate.WithExamples("janus datastore-key generate");
        return new Command("datastore-key", "Keys that encrypt the secret columns of the database") { generate };
    }
}
