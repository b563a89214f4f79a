using System.CommandLine;
using Janus.Cli.Files;
using Janus.Dap;
using Janus.Datastore;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary><c>janus task token …</c>: the bearer tokens of a task, which are changed without a gap.</summary>
internal static class TaskTokenCommand
{
    private const string StandardInput = "-";

    private const string Notes =
        """
        To change the token between Leader and Helper without one refused request:
          1. The Helper's operator makes a new token, which is accepted beside the old one at once:
               janus task token add TASK-ID --output new-token
          2. The Leader's operator gets the file over a safe channel. The newest valid token is the one that is presented:
               janus task token add TASK-ID --purpose to-helper --token-file new-token
          3. Some minutes later the Helper's operator removes the old one, and the Leader's may:
               janus task token remove TASK-ID first-from-leader
        The Collector's token likewise: the Leader adds one (--purpose from-collector), the Collector puts it into its task
        file, the Leader removes the old one. Running processes see every change within seconds. A taskprov peer's tokens are those
        of all its tasks: 'janus taskprov peer token' does the same for a peer.
        """;

    public static Command Create(IProcessHost host, Func<Argument<CredentialOwner>> argument) => new("token", "Bearer tokens: several at once, each with its validity")
    {
        CreateAdd(host, argument),
        CredentialCommands.CreateList(host, AuthTokenKind.Bearer, argument),
        CredentialCommands.CreateExpire(host, AuthTokenKind.Bearer, argument),
        CredentialCommands.CreateRemove(host, AuthTokenKind.Bearer, argument),
    };

    private static Command CreateAdd(IProcessHost host, Func<Argument<CredentialOwner>> argument)
    {
        ConfigurationOptions configuration = new();
        CredentialOptions credential = new(AuthTokenPurpose.PresentToHelper, AuthTokenPurpose.AcceptFromLeader, AuthTokenPurpose.AcceptFromCollector);
        Argument<CredentialOwner> owner = argument();
        Option<string?> tokenFile = new("--token-file") { HelpName = "PATH|-", Description = "A file (- for standard input) whose first line is the token; a random one is made unless given." };
        Option<string?> output = new("--output", "-o") { HelpName = "PATH", Description = "Where a token that is made is written, a new file for its owner only; printed once unless given." };
        Command command = new("add", "Add a token beside those that are there; running processes take it up within seconds") { owner };
        credential.AddTo(command);
        command.Options.Add(tokenFile);
        command.Options.Add(output);
        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(tokenFile) is not null && result.GetResult(output) is not null)
            {
                result.AddError("--output is for a token that is made, it cannot be given with --token-file");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            BearerToken? given = result.GetValue(tokenFile) is { } source ? await ReadAsync(source, cancellationToken) : null;
            await using CredentialAccess access = await CredentialAccess.OpenAsync(host, configuration.Read(result), result.GetRequiredValue(owner), cancellationToken);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            (AuthToken added, BearerToken token) = access.Credentials.MakeToken(credential.Read(result, now), given, now);
            if (result.GetValue(output) is { } path)
            {
                await SecretFile.WriteNewAsync(path, token.Secret, cancellationToken);
            }

            await access.Credentials.AddAsync(access.Store, added, cancellationToken);
            await result.InvocationConfiguration.Error.WriteLineAsync($"token {added.Label} added ({CredentialPurposes.NameOf(added.Purpose)})");
            if (given is null && result.GetValue(output) is null)
            {
                await result.InvocationConfiguration.Output.WriteLineAsync(token.Secret);
            }

            return 0;
        });
        return command.WithNotes(Notes).WithExamples(
            CredentialOwner.Example(owner, "token add OWNER --output new-token"),
            CredentialOwner.Example(owner, "token add OWNER --purpose to-helper --token-file new-token"),
            CredentialOwner.Example(owner, "token add OWNER --purpose from-collector --label 2026-q3 --not-before 2026-07-01 --valid-for 100d"));
    }

    private static async Task<BearerToken> ReadAsync(string path, CancellationToken cancellationToken)
    {
        string line = path == StandardInput
            ? (await Console.In.ReadLineAsync(cancellationToken) ?? "").Trim()
            : await SecretFile.ReadFirstLineAsync(path, cancellationToken);
        return BearerToken.TryParse(line, out BearerToken token)
            ? token
            : throw new CliException($"--token-file: a bearer token of letters, digits and -._~+/ with = at the end expected in the first line");
    }
}
