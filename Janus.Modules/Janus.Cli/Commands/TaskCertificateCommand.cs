using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Janus.Dap;
using Janus.Datastore;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary><c>janus task certificate …</c>: the client certificates that are pinned for a task's peer.</summary>
internal static class TaskCertificateCommand
{
    private const string Notes =
        """
        Pinned is the certificate's public key, by the SHA-256 hash of its SubjectPublicKeyInfo: a certificate that is renewed
        for the same key needs no change here, and who has issued it and until when does not matter. As soon as a task has one
        for its peer, the peer has to present it; as long as the task has tokens for the peer too, it has to present both.
        The https addresses that the peer connects to must ask for it: Http.ClientCertificates: ask.
        """;

    public static Command Create(IProcessHost host, Func<Argument<CredentialOwner>> argument) => new("certificate", "The client certificates pinned for a peer: mutual TLS")
    {
        CreateAdd(host, argument),
        CredentialCommands.CreateList(host, AuthTokenKind.CertificateKey, argument),
        CredentialCommands.CreateExpire(host, AuthTokenKind.CertificateKey, argument),
        CredentialCommands.CreateRemove(host, AuthTokenKind.CertificateKey, argument),
    };

    private static Command CreateAdd(IProcessHost host, Func<Argument<CredentialOwner>> argument)
    {
        ConfigurationOptions configuration = new();
        CredentialOptions credential = new(AuthTokenPurpose.AcceptFromLeader, AuthTokenPurpose.AcceptFromCollector);
        Argument<CredentialOwner> owner = argument();
        Option<string?> certificate = new("--certificate") { HelpName = "PATH", Description = "The peer's certificate in PEM, the first in the file." };
        Option<byte[]?> fingerprint = Values.TextOption.Create<byte[]?>(
            "--key-sha256", "HEX", "Instead: the SHA-256 hash of its SubjectPublicKeyInfo, 64 digits (colons are ignored).", ParseFingerprint);
        Command command = new("add", "Pin a client certificate for the peer, beside those it has") { owner, certificate, fingerprint };
        credential.AddTo(command);
        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(certificate) is null == result.GetResult(fingerprint) is null)
            {
                result.AddError("either --certificate or --key-sha256 expected");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            // An array that is not given is empty.
            byte[] hash = result.GetResult(fingerprint) is null ? HashOf(result.GetValue(certificate)!) : result.GetRequiredValue(fingerprint)!;
            await using CredentialAccess access = await CredentialAccess.OpenAsync(host, configuration.Read(result), result.GetRequiredValue(owner), cancellationToken);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            AuthToken added = access.Credentials.MakeCertificate(credential.Read(result, now), hash, now);
            await access.Credentials.AddAsync(access.Store, added, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"certificate {added.Label} pinned ({CredentialPurposes.NameOf(added.Purpose)}), key {Convert.ToHexStringLower(hash)}");
            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            CredentialOwner.Example(owner, "certificate add OWNER --certificate leader.pem"),
            CredentialOwner.Example(owner, "certificate add OWNER --purpose from-collector --certificate collector.pem --label collector-2026"));
    }

    private static byte[] HashOf(string path)
    {
        X509Certificate2Collection certificates = ClientTls.ReadRoots(path);
        return CertificateKey.Hash(certificates[0]);
    }

    private static byte[]? ParseFingerprint(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : throw new FormatException("64 hexadecimal digits expected");
    }
}
