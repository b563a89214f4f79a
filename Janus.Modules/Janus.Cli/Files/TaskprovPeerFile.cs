using System.Buffers.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Provisioning;

namespace Janus.Cli.Files;

/// <summary>Reads and writes <see cref="TaskprovPeerFileJson"/>.</summary>
internal static class TaskprovPeerFile
{
    private static readonly Dictionary<string, Role> Recipients =
        new[] { Role.Leader, Role.Helper, Role.Collector }.ToDictionary(TaskFile.NameOf);

    /// <summary>Writes a new file, readable for its owner only.</summary>
    /// <exception cref="CliException">The file exists.</exception>
    public static Task WriteNewAsync(string path, TaskprovAgreement agreement, CancellationToken cancellationToken) =>
        JsonFile.WriteNewAsync(path, ToJson(agreement), CliJsonContext.Default.TaskprovPeerFileJson, secret: true, cancellationToken);

    /// <summary>Reads a file that must be for one of <paramref name="allowed"/>.</summary>
    /// <exception cref="CliException">The file is missing, malformed, or for somebody else.</exception>
    public static async Task<TaskprovAgreement> ReadAsync(string path, Role[] allowed, CancellationToken cancellationToken)
    {
        TaskprovPeerFileJson json = await JsonFile.ReadAsync(path, CliJsonContext.Default.TaskprovPeerFileJson, cancellationToken);
        try
        {
            TaskprovAgreement agreement = FromJson(json);
            SecretFile.WarnIfReadable(path);
            return allowed.Contains(agreement.Recipient)
                ? agreement
                : throw new FormatException($"a file for the {string.Join(" or ", allowed.Select(TaskFile.NameOf))} expected, this one is for the {TaskFile.NameOf(agreement.Recipient)}");
        }
        catch (Exception failure) when (failure is FormatException or DecodeException or ArgumentException)
        {
            throw new CliException($"{path}: {Quote.MessageOf(failure)}", failure);
        }
    }

    private static TaskprovPeerFileJson ToJson(TaskprovAgreement agreement) => new(
        TaskFile.NameOf(agreement.Recipient),
        agreement.Leader.ToString(),
        agreement.Helper.ToString(),
        agreement.VerifyKeyInit is null ? null : Base64Url.EncodeToString(agreement.VerifyKeyInit),
        agreement.VerifyKeyInit is null ? null : agreement.VerificationKeyId,
        CollectorKeyFile.Encode(agreement.CollectorHpkeConfig),
        agreement.AggregatorToken?.Secret,
        agreement.CollectorToken?.Secret);

    private static TaskprovAgreement FromJson(TaskprovPeerFileJson json)
    {
        if (json.For is null || !Recipients.TryGetValue(json.For, out Role recipient))
        {
            throw new FormatException("for: leader, helper or collector expected");
        }

        JsonMember.Require(json.VerifyKeyInit, recipient != Role.Collector, "verify_key_init", recipient);
        JsonMember.Require(json.AggregatorToken, recipient != Role.Collector, "aggregator_token", recipient);
        JsonMember.Require(json.CollectorToken, recipient != Role.Helper, "collector_token", recipient);
        return new TaskprovAgreement
        {
            Recipient = recipient,
            Leader = Endpoint(json.Leader, "leader"),
            Helper = Endpoint(json.Helper, "helper"),
            VerifyKeyInit = json.VerifyKeyInit is null ? null : TaskChecks.RequireVerifyKeyInit(JsonMember.Bytes(json.VerifyKeyInit, "verify_key_init")),
            VerificationKeyId = json.VerificationKeyId ?? 0,
            CollectorHpkeConfig = TaskChecks.RequireSupported(JsonMember.Message<HpkeConfig>(json.CollectorHpkeConfig, "collector_hpke_config")),
            AggregatorToken = JsonMember.Token(json.AggregatorToken, "aggregator_token"),
            CollectorToken = JsonMember.Token(json.CollectorToken, "collector_token"),
        };
    }

    private static Url Endpoint(string? text, string name) => text is not null && TaskprovEndpoints.Normalize(text) is not null
        ? new Url(text)
        : throw new FormatException($"{name}: an absolute https URL without query and fragment expected");
}
