using System.CommandLine;
using System.Security.Cryptography;
using Janus.Cli.Files;
using Janus.Cli.Values;
using Janus.Datastore;
using Janus.Messages;

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
        CredentialDescription.Purposes.Where(pair => purposes.Contains(pair.Value!.Value)).ToDictionary());

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

    /// <summary>When the credential begins to be valid, if that is said.</summary>
    public DateTimeOffset? NotBefore(ParseResult result) => result.GetValue(_notBefore);

    /// <summary>The purpose, which has to suit our role in the task.</summary>
    /// <exception cref="CliException">It does not.</exception>
    public AuthTokenPurpose Purpose(ParseResult result, Role role)
    {
        AuthTokenPurpose purpose = result.GetValue(_purpose) ?? (role == Role.Helper
            ? AuthTokenPurpose.AcceptFromLeader
            : throw new CliException($"we are the task's Leader: {_purpose.Name} {_purpose.HelpName} expected"));
        bool suits = purpose == AuthTokenPurpose.AcceptFromLeader == (role == Role.Helper);
        return suits ? purpose : throw new CliException(
            $"we are the task's {role}: {_purpose.Name} {(role == Role.Helper ? "from-leader" : "to-helper or from-collector")} expected");
    }

    /// <summary>Names the credential and limits its validity.</summary>
    /// <exception cref="CliException">The label is too long or empty, or the validity ends before it begins.</exception>
    public AuthToken Complete(ParseResult result, AuthToken token)
    {
        DateTimeOffset? notBefore = result.GetValue(_notBefore);
        DateTimeOffset? notAfter = result.GetValue(_validFor) is { } duration ? (notBefore ?? token.CreatedAt) + duration : result.GetValue(_notAfter);
        if (notAfter is { } end && end <= (notBefore is { } start && start > token.CreatedAt ? start : token.CreatedAt))
        {
            throw new CliException($"{_notAfter.Name}: a time in the future, and after {_notBefore.Name}, expected, {InstantText.Format(end)} given");
        }

        string label = result.GetValue(_label) ?? DefaultLabel(token);
        bool isLabel = label.Length is > 0 and <= AuthToken.MaximumLabelLength && label.All(character => char.IsAsciiLetterOrDigit(character) || "-._".Contains(character));
        return isLabel
            ? token with { Label = label, NotBefore = notBefore, NotAfter = notAfter }
            : throw new CliException($"{_label.Name}: up to {AuthToken.MaximumLabelLength} letters, digits and -._ expected");
    }

    private static string DefaultLabel(AuthToken token)
    {
        string day = token.CreatedAt.UtcDateTime.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture);
        return $"{CredentialDescription.NameOf(token.Purpose)}-{day}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
    }
}
