using System.Text.Json.Serialization;

namespace Janus.Dap;

/// <summary>How the files of a task are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskFileJson))]
[JsonSerializable(typeof(CollectorKeyFileJson))]
internal sealed partial class TaskFileJsonContext : JsonSerializerContext;
