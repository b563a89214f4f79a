using System.Text.Json.Serialization;

namespace Janus.Dap;

/// <summary>The generated JSON code of <see cref="TaskAgreement"/>.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(TaskAgreement))]
internal sealed partial class TaskAgreementJsonContext : JsonSerializerContext;
