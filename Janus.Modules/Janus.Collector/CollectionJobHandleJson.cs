using System.Text.Json.Serialization;

namespace Janus.Collector;

/// <summary>A <see cref="CollectionJobHandle"/> as JSON.</summary>
internal sealed record CollectionJobHandleJson(
    [property: JsonPropertyName("task_id")] string? TaskId,
    [property: JsonPropertyName("uri")] string? Uri,
    [property: JsonPropertyName("request")] string? Request);
