using System.CommandLine;
using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Provisioning;

namespace Janus.Cli.Commands;

/// <summary>The options of a new credential that tokens and certificates have in common.</summary>
internal sealed class CredentialOptions
{
    private readonly Option<AuthTokenPurpose?> _purpose;

    private readonly Option<string?> _label = new("--label")
    {
        HelpName = "TEXT",
        Description = "What to call it, once in a task; its purpose with the date and a random part unless given. Not secret: it is in logs.",
    };

    private readonly Option<DateTimeOffset?> _notBefore = TextOption.Create<DateTimeOffset?>(
        "--not-before", "TIME", "When it begins to be valid, such as 2026-01-31T08:00Z; at once unless given.", text => InstantText.Parse(text));

    private readonly Option<DateTimeOffset?> _notAfter = TextOption.Create<DateTimeOffset?>(
        "--not-after", "TIME", "When it stops being valid; never unless given.", text => InstantText.Parse(text));

    private readonly Option<TimeSpan?> _validFor = TextOption.Create<TimeSpan?>(
        "--valid-for", "DURATION", "Instead of --not-after: how long it is valid, such as 90d.", text => DurationText.Parse(text));

    /// <summary>Options for credentials of some purposes.</summary>
    public CredentialOptions(params AuthTokenPurpose[] purposes) => _purpose = TextOption.Choice(
        "--purpose",
        "Who presents it to whom; on a Helper, from-leader unless given.",
        CredentialPurposes.ByName.Where(pair => purposes.Contains(pair.Value)).ToDictionary(pair => pair.Key, pair => (AuthTokenPurpose?)pair.Value));

    /// <summary>Adds the options to <paramref name="command"/>.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _purpose, _label, _notBefore, _notAfter, _validFor })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetResult(_notAfter) is not null && result.GetResult(_validFor) is not null)
            {
                result.AddError("--not-after or --valid-for expected, not both");
            }
        });
    }

    /// <summary>What is said of the credential.</summary>
    public NewCredential Read(ParseResult result, DateTimeOffset now)
    {
        DateTimeOffset? notBefore = result.GetValue(_notBefore);
        return new NewCredential
        {
            Purpose = result.GetValue(_purpose),
            Label = result.GetValue(_label),
            NotBefore = notBefore,
            NotAfter = result.GetValue(_validFor) is { } duration ? (notBefore ?? now) + duration : result.GetValue(_notAfter),
        };
    }
}
