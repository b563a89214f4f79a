using System.Buffers.Text;
using System.Text;
using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>The JSON file by which one party of a task learns what it has to know: see <see cref="TaskFileJson"/>.</summary>
public static class TaskFile
{
    private static readonly Dictionary<string, Role> Recipients =
        new[] { Role.Leader, Role.Helper, Role.Collector, Role.Client }.ToDictionary(NameOf);

    /// <summary>The name of a party's file within a folder.</summary>
    public static string PathOf(string folder, Role recipient) => Path.Combine(folder, NameOf(recipient) + ".json");

    /// <summary>The party in lower-case letters.</summary>
    public static string NameOf(Role recipient) => recipient.ToString().ToLowerInvariant();

    /// <summary>Writes a new file, readable for its owner only unless it is for Clients.</summary>
    /// <exception cref="TaskFileException">The file exists.</exception>
    public static Task WriteNewAsync(string path, TaskParameters task, CancellationToken cancellationToken = default) =>
        JsonFile.WriteNewAsync(path, ToJson(task), TaskFileJsonContext.Default.TaskFileJson, secret: task.Recipient is not Role.Client, cancellationToken);

    /// <summary>Reads a file that must be for one of <paramref name="allowed"/>.</summary>
    /// <exception cref="TaskFileException">The file is missing, malformed, or for somebody else, or the task is not supported.</exception>
    public static async Task<TaskParameters> ReadAsync(string path, IReadOnlyList<Role> allowed, CancellationToken cancellationToken = default) =>
        Read(path, await JsonFile.ReadAsync(path, TaskFileJsonContext.Default.TaskFileJson, cancellationToken), allowed);

    /// <summary>Reads the content of a file that must be for one of <paramref name="allowed"/>.</summary>
    /// <param name="name">What the file is called in an error.</param>
    /// <param name="json">The content.</param>
    /// <param name="allowed">Whom the file may be for.</param>
    /// <exception cref="TaskFileException">The content is malformed, or for somebody else, or the task is not supported.</exception>
    public static TaskParameters Parse(string name, string json, IReadOnlyList<Role> allowed) =>
        Read(name, JsonFile.Parse(name, Encoding.UTF8.GetBytes(json), TaskFileJsonContext.Default.TaskFileJson), allowed);

    private static TaskParameters Read(string path, TaskFileJson json, IReadOnlyList<Role> allowed)
    {
        ArgumentNullException.ThrowIfNull(allowed);
        try
        {
            return FromJson(json, allowed);
        }
        catch (Exception failure) when (failure is FormatException or UnsupportedVdafException)
        {
            throw new TaskFileException(path, Quote.MessageOf(failure), failure);
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

    private static TaskParameters FromJson(TaskFileJson json, IReadOnlyList<Role> allowed)
    {
        if (json.For is null || !Recipients.TryGetValue(json.For, out Role recipient))
        {
            throw new FormatException("for: expected leader, helper, collector or client");
        }

        if (!allowed.Contains(recipient))
        {
            // Said first: what such a file has or lacks is then no mistake.
            throw new FormatException($"expected the file for the {string.Join(" or ", allowed.Select(NameOf))}, got the one for the {NameOf(recipient)}");
        }

        TaskConfiguration configuration = JsonMember.Message<TaskConfiguration>(json.TaskConfiguration, "task_configuration");
        VdafDescription vdaf = TaskChecks.RequireSupported(configuration);
        TaskParameters task = new()
        {
            Recipient = recipient,
            Id = TaskId.TryParse(json.TaskId, out TaskId id) ? id : throw new FormatException("task_id: expected 32 bytes in base64url without padding"),
            Configuration = configuration,
            Measurement = TaskChecks.EncodingFor(vdaf, json.Vdaf is null ? null : MeasurementEncoding.Parse(json.Vdaf)),
            VerifyKey = json.VerifyKey is null ? null : TaskChecks.RequireVerifyKey(JsonMember.Bytes(json.VerifyKey, "verify_key"), vdaf),
            VerificationKeyId = json.VerificationKeyId ?? 0,
            CollectorHpkeConfig = json.CollectorHpkeConfig is null ? null : TaskChecks.RequireSupported(JsonMember.Message<HpkeConfig>(json.CollectorHpkeConfig, "collector_hpke_config")),
            AggregatorToken = JsonMember.Token(json.AggregatorToken, "aggregator_token"),
            CollectorToken = JsonMember.Token(json.CollectorToken, "collector_token"),
            IsAdvertised = json.Taskprov ?? false,
            DifferentialPrivacy = Noise(json.DifferentialPrivacy),
        };
        RequireAdvertisable(task);
        JsonMember.Require(json.VerifyKey, recipient is Role.Leader or Role.Helper, "verify_key", recipient);
        JsonMember.Require(json.CollectorHpkeConfig, recipient is not Role.Client, "collector_hpke_config", recipient);
        JsonMember.Require(json.AggregatorToken, recipient is Role.Leader or Role.Helper, "aggregator_token", recipient);
        JsonMember.Require(json.CollectorToken, recipient is Role.Leader or Role.Collector, "collector_token", recipient);
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
                : $"{member}_fingerprint: expected {computed} for the {member} of this file, got another one");
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

    private static DifferentialPrivacyStrategy? Noise(string? text)
    {
        try
        {
            return text is null ? null : DifferentialPrivacyStrategy.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"differential_privacy: {Quote.MessageOf(failure)}", failure);
        }
    }
}
