using System.Buffers.Text;
using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Cli.Files;

/// <summary>The JSON file by which one party of a task learns what it has to know: see <see cref="TaskFileJson"/>.</summary>
internal static class TaskFile
{
    private static readonly Dictionary<string, Role> Recipients =
        new[] { Role.Leader, Role.Helper, Role.Collector, Role.Client }.ToDictionary(NameOf);

    /// <summary>The name of a party's file within a folder.</summary>
    public static string PathOf(string folder, Role recipient) => Path.Combine(folder, NameOf(recipient) + ".json");

    /// <summary>The party in lower-case letters.</summary>
    public static string NameOf(Role recipient) => recipient.ToString().ToLowerInvariant();

    /// <summary>Writes a new file, readable for its owner only unless it is for Clients.</summary>
    /// <exception cref="CliException">The file exists.</exception>
    public static Task WriteNewAsync(string path, TaskParameters task, CancellationToken cancellationToken) =>
        JsonFile.WriteNewAsync(path, ToJson(task), CliJsonContext.Default.TaskFileJson, secret: task.Recipient is not Role.Client, cancellationToken);

    /// <summary>Reads a file that must be for one of <paramref name="allowed"/>.</summary>
    /// <exception cref="CliException">The file is missing, malformed, or for somebody else, or the task is not supported.</exception>
    public static async Task<TaskParameters> ReadAsync(string path, Role[] allowed, CancellationToken cancellationToken)
    {
        TaskFileJson json = await JsonFile.ReadAsync(path, CliJsonContext.Default.TaskFileJson, cancellationToken);
        try
        {
            TaskParameters task = FromJson(json);
            return allowed.Contains(task.Recipient)
                ? task
                : throw new FormatException($"a task file for the {string.Join(" or ", allowed.Select(NameOf))} expected, this one is for the {NameOf(task.Recipient)}");
        }
        catch (Exception failure) when (failure is FormatException or DecodeException or UnsupportedVdafException)
        {
            throw new CliException($"{path}: {failure.Message}", failure);
        }
    }

    private static TaskFileJson ToJson(TaskParameters task) => new(
        NameOf(task.Recipient),
        task.Id.ToString(),
        Base64Url.EncodeToString(task.Configuration.Encoded.Span),
        task.Measurement.ToString(),
        task.VerifyKey is null ? null : Base64Url.EncodeToString(task.VerifyKey),
        task.VerifyKey is null ? null : task.VerificationKeyId,
        task.CollectorHpkeConfig is null ? null : Base64Url.EncodeToString(WireMessage.Encode(task.CollectorHpkeConfig)),
        task.AggregatorToken?.Secret,
        task.CollectorToken?.Secret,
        task.DifferentialPrivacy?.ToString(),
        task.IsAdvertised ? true : null)
    {
        TaskConfigurationFingerprint = TaskFingerprints.OfConfiguration(task.Id, task.Configuration),
        VerifyKeyFingerprint = VerifyKeyFingerprintOf(task),
    };

    private static TaskParameters FromJson(TaskFileJson json)
    {
        if (json.For is null || !Recipients.TryGetValue(json.For, out Role recipient))
        {
            throw new FormatException("for: leader, helper, collector or client expected");
        }

        TaskConfiguration configuration = WireMessage.Decode<TaskConfiguration>(Bytes(json.TaskConfiguration, "task_configuration"));
        VdafDescription vdaf = TaskChecks.RequireSupported(configuration);
        TaskParameters task = new()
        {
            Recipient = recipient,
            Id = TaskId.TryParse(json.TaskId, out TaskId id) ? id : throw new FormatException("task_id: 32 bytes in base64url without padding expected"),
            Configuration = configuration,
            Measurement = TaskChecks.EncodingFor(vdaf, json.Vdaf is null ? null : MeasurementEncoding.Parse(json.Vdaf)),
            VerifyKey = json.VerifyKey is null ? null : TaskChecks.RequireVerifyKey(Bytes(json.VerifyKey, "verify_key"), vdaf),
            VerificationKeyId = json.VerificationKeyId ?? 0,
            CollectorHpkeConfig = json.CollectorHpkeConfig is null ? null : TaskChecks.RequireSupported(WireMessage.Decode<HpkeConfig>(Bytes(json.CollectorHpkeConfig, "collector_hpke_config"))),
            AggregatorToken = Token(json.AggregatorToken, "aggregator_token"),
            CollectorToken = Token(json.CollectorToken, "collector_token"),
            IsAdvertised = json.Taskprov ?? false,
            DifferentialPrivacy = Noise(json.DifferentialPrivacy),
        };
        RequireAdvertisable(task);
        Require(json.VerifyKey, recipient is Role.Leader or Role.Helper, "verify_key", recipient);
        Require(json.CollectorHpkeConfig, recipient is not Role.Client, "collector_hpke_config", recipient);
        Require(json.AggregatorToken, recipient is Role.Leader or Role.Helper, "aggregator_token", recipient);
        Require(json.CollectorToken, recipient is Role.Leader or Role.Collector, "collector_token", recipient);
        RequireFingerprint(json.TaskConfigurationFingerprint, TaskFingerprints.OfConfiguration(task.Id, task.Configuration), "task_configuration");
        RequireFingerprint(json.VerifyKeyFingerprint, VerifyKeyFingerprintOf(task), "verify_key");
        return task;
    }

    private static string? VerifyKeyFingerprintOf(TaskParameters task) =>
        task.VerifyKey is { } key ? TaskFingerprints.OfVerifyKey(task.Id, task.VerificationKeyId, key) : null;

    // A file that was put together from two, or changed by hand.
    private static void RequireFingerprint(string? given, string? computed, string member)
    {
        if (given is not null && given != computed)
        {
            throw new FormatException(computed is null
                ? $"{member}_fingerprint: given without {member}"
                : $"{member}_fingerprint: {computed} expected for the {member} of this file, another one given");
        }
    }

    private static void RequireAdvertisable(TaskParameters task)
    {
        if (!task.IsAdvertised)
        {
            return;
        }

        if (task.Recipient is Role.Leader or Role.Helper)
        {
            throw new FormatException("taskprov: an aggregator is told of the task by its Clients and its peer; it is not added");
        }

        if (TaskprovDerivation.TaskIdOf(task.Configuration) is { } derived && derived != task.Id)
        {
            throw new FormatException($"task_id: {derived} follows from the task configuration, {task.Id} given");
        }
    }

    /// <summary>Refuses a member that is missing; a secret in a file of somebody who must not know it is a mistake to be told, not overlooked.</summary>
    /// <exception cref="FormatException">The member is missing, or must not be there.</exception>
    internal static void Require(string? member, bool expected, string name, Role recipient)
    {
        if (member is not null != expected)
        {
            throw new FormatException($"{name}: {(expected ? "missing" : "must not be")} in the file for the {NameOf(recipient)}");
        }
    }

    /// <summary>The bytes of a member.</summary>
    /// <exception cref="FormatException">The text is not base64url.</exception>
    internal static byte[] Bytes(string? text, string name)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"{name}: base64url without padding expected", failure);
        }
    }

    private static DifferentialPrivacyStrategy? Noise(string? text)
    {
        try
        {
            return text is null ? null : DifferentialPrivacyStrategy.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"differential_privacy: {failure.Message}", failure);
        }
    }

    /// <summary>The token of a member, if there is one.</summary>
    /// <exception cref="FormatException">The text is not a token.</exception>
    internal static BearerToken? Token(string? text, string name) => text is null
        ? null
        : BearerToken.TryParse(text, out BearerToken token)
            ? token
            : throw new FormatException($"{name}: a bearer token of letters, digits and -._~+/ expected");
}
