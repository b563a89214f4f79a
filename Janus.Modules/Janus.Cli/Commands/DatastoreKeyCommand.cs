using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;

namespace Janus.Cli.Commands;

/// <summary><c>janus datastore-key …</c>: the keys of the encrypted columns.</summary>
internal static class DatastoreKeyCommand
{
    private const int KeySize = 32;

    public static Command Create(IProcessHost host) => new("datastore-key", "Keys that encrypt the secret columns of the database")
    {
        CreateGenerate(),
        DatastoreKeyStatusCommand.Create(host),
        ReEncryptCommand.Create(host),
    };

    private static Command CreateGenerate()
    {
        Command generate = new("generate", "Print a new random key, base64url, for Database.DatastoreKeys or the file of DatastoreKeysFile");
        generate.SetAction(_ =>
        {
            byte[] key = RandomNumberGenerator.GetBytes(KeySize);
            Console.WriteLine(Base64Url.EncodeToString(key));
            CryptographicOperations.ZeroMemory(key);
            return 0;
        });
        return generate.WithExamples("janus datastore-key generate", "janus datastore-key generate >> /etc/janus/datastore-keys");
    }
}
