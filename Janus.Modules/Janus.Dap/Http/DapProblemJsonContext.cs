using System.Text.Json.Serialization;

namespace Janus.Dap;

/// <summary>The generated JSON code of <see cref="DapProblem"/>.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DapProblem))]
internal sealed partial class DapProblemJsonContext : JsonSerializerContext;
