using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Janus.Codec;

namespace Janus.Dap;

/// <summary>
/// What a Helper tells the authenticated Leader of a task at <c>tasks/{task-id}/agreement</c>, an extension of ours: whether
/// both have the same task. Nothing of it is secret. Bytes are base64url without padding.
/// </summary>
public sealed record TaskAgreement
{
    /// <summary>The longest one that is read, in bytes: room for a configuration with the longest URLs.</summary>
    public const int MaximumLength = 1 << 20;

    private const string VerifyKeyFingerprintName = "verify_key_fingerprint";

    /// <summary>The encoded TaskConfiguration.</summary>
    [JsonPropertyName("task_configuration")]
    public required string TaskConfiguration { get; init; }

    /// <summary>Its fingerprint: see <see cref="TaskFingerprints"/>.</summary>
    [JsonPropertyName("task_configuration_fingerprint")]
    public required string TaskConfigurationFingerprint { get; init; }

    /// <summary>The fingerprint of the verify key.</summary>
    [JsonPropertyName(VerifyKeyFingerprintName)]
    public required string VerifyKeyFingerprint { get; init; }

    /// <summary>The verification key ID.</summary>
    [JsonPropertyName("verification_key_id")]
    public required byte VerificationKeyId { get; init; }

    /// <summary>Reads one; <see langword="null"/> when it is none, such as the answer of another implementation.</summary>
    /// <exception cref="FormatException">It is meant to be one, and a member is missing or of another type.</exception>
    public static TaskAgreement? TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, TaskAgreementJsonContext.Default.TaskAgreement);
        }
        catch (JsonException exception)
        {
            return IsMeant(json)
                ? throw new FormatException($"{(exception.Path is { Length: > 2 } path ? Quote.Of(path[2..]) : "a member")} is missing or of another type", exception)
                : null;
        }
    }

    // Nobody else gives a member this name.
    private static bool IsMeant(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonNode.Parse(json) is JsonObject members && members.ContainsKey(VerifyKeyFingerprintName);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            // No JSON, or a member that is there twice.
            return false;
        }
    }

    /// <summary>The JSON document.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, TaskAgreementJsonContext.Default.TaskAgreement);
}
