using System.CommandLine;
using System.Text.Json;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Datastore;

namespace Janus.Cli.Commands;

/// <summary>What <c>janus task token</c> and <c>janus task certificate</c> have in common: list, expire and remove.</summary>
internal static class CredentialCommands
{
    /// <summary><c>list</c>.</summary>
    public static Command CreateList(IProcessHost host, AuthTokenKind kind, Func<Argument<CredentialOwner>> argument)
    {
        ConfigurationOptions configuration = new();
        Argument<CredentialOwner> owner = argument();
        Option<bool> json = new("--json") { Description = "Print JSON, for programs." };
        Command command = new("list", $"List the {Plural(kind)} with their validity, without secrets") { owner, json };
        configuration.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            await using CredentialAccess access = await CredentialAccess.OpenAsync(host, configuration.Read(result), result.GetRequiredValue(owner), cancellationToken);
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            AuthToken? presented = AuthToken.ToPresentAt(access.Credentials.All, now);
            AuthToken[] tokens = [.. access.Credentials.All.Where(token => token.Kind == kind)];
            CredentialDescription[] descriptions = [.. tokens.Select(token => CredentialDescription.Of(token, now) with
            {
                State = ReferenceEquals(token, presented) ? "presented" : CredentialDescription.Of(token, now).State,
            })];
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(json))
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(descriptions, CliJsonContext.Default.CredentialDescriptionArray));
            }
            else if (descriptions.Length == 0)
            {
                await output.WriteLineAsync($"no {Plural(kind)}");
            }
            else
            {
                WriteTable(output, descriptions, kind);
            }

            return 0;
        });
        return command.WithExamples(CredentialOwner.Example(owner, $"{Name(kind)} list OWNER"));
    }

    /// <summary><c>expire</c>.</summary>
    public static Command CreateExpire(IProcessHost host, AuthTokenKind kind, Func<Argument<CredentialOwner>> argument)
    {
        ConfigurationOptions configuration = new();
        Argument<CredentialOwner> owner = argument();
        Argument<string> label = LabelArgument(kind);
        Option<DateTimeOffset?> at = TextOption.Create<DateTimeOffset?>(
            "--at", "TIME", "When it stops being valid, such as 2026-01-31T08:00Z; now unless given.", text => InstantText.Parse(text));
        Option<TimeSpan?> after = TextOption.Create<TimeSpan?>("--in", "DURATION", "Instead of --at: after how long, such as 7d.", text => DurationText.Parse(text));
        Option<bool> force = ForceOption();
        Command command = new("expire", $"Set when a {Name(kind)} stops being valid; it stays in the list") { owner, label, at, after, force };
        configuration.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(at) is not null && result.GetResult(after) is not null)
            {
                result.AddError("--at or --in expected, not both");
            }
        });
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            DateTimeOffset now = TimeProvider.System.GetUtcNow();
            DateTimeOffset end = result.GetValue(after) is { } duration ? now + duration : result.GetValue(at) ?? now;
            await using CredentialAccess access = await CredentialAccess.OpenAsync(host, configuration.Read(result), result.GetRequiredValue(owner), cancellationToken);
            await access.Credentials.EndAsync(access.Store, kind, result.GetRequiredValue(label), end, result.GetValue(force), now, cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{result.GetValue(label)} is valid until {InstantText.Format(end)}");
            return 0;
        });
        return command.WithExamples(CredentialOwner.Example(owner, $"{Name(kind)} expire OWNER first-from-leader --in 1d"));
    }

    /// <summary><c>remove</c>.</summary>
    public static Command CreateRemove(IProcessHost host, AuthTokenKind kind, Func<Argument<CredentialOwner>> argument)
    {
        ConfigurationOptions configuration = new();
        Argument<CredentialOwner> owner = argument();
        Argument<string> label = LabelArgument(kind);
        Option<bool> force = ForceOption();
        Command command = new("remove", $"Remove a {Name(kind)} at once; running processes stop using it within seconds") { owner, label, force };
        configuration.AddTo(command);
        command.SetProvisioningAction(async (result, cancellationToken) =>
        {
            await using CredentialAccess access = await CredentialAccess.OpenAsync(host, configuration.Read(result), result.GetRequiredValue(owner), cancellationToken);
            await access.Credentials.EndAsync(
                access.Store, kind, result.GetRequiredValue(label), notAfter: null, result.GetValue(force), TimeProvider.System.GetUtcNow(), cancellationToken);
            await result.InvocationConfiguration.Output.WriteLineAsync($"{result.GetValue(label)} removed");
            return 0;
        });
        return command.WithExamples(CredentialOwner.Example(owner, $"{Name(kind)} remove OWNER first-from-leader"));
    }

    private static string Name(AuthTokenKind kind) => kind == AuthTokenKind.Bearer ? "token" : "certificate";

    private static string Plural(AuthTokenKind kind) => kind == AuthTokenKind.Bearer ? "tokens" : "pinned certificates";

    private static Argument<string> LabelArgument(AuthTokenKind kind) => new("LABEL") { Description = $"What the list calls the {Name(kind)}." };

    private static Option<bool> ForceOption() => new("--force") { Description = "Also if the peer has no other one that is valid then." };

    private static void WriteTable(TextWriter output, IEnumerable<CredentialDescription> credentials, AuthTokenKind kind)
    {
        bool isCertificate = kind == AuthTokenKind.CertificateKey;
        Terminal.WriteList(
            output,
            ["label", "purpose", "state", "validity", .. isCertificate ? (string[])["SHA-256 of the public key"] : []],
            [.. credentials.Select(one => (string[])[one.Label, one.Purpose, one.State, Validity(one), .. isCertificate ? (string[])[one.KeySha256!] : []])]);
    }

    private static string Validity(CredentialDescription credential) => (credential.NotBefore, credential.NotAfter) switch
    {
        (null, null) => "",
        ({ } from, null) => $"from {InstantText.ToTheMinute(from)}",
        (null, { } until) => $"until {InstantText.ToTheMinute(until)}",
        ({ } from, { } until) => $"{InstantText.ToTheMinute(from)} to {InstantText.ToTheMinute(until)}",
    };
}
