using System.Text.Json.Serialization;
using Janus.Cli.Bench;

namespace Janus.Cli.Files;

/// <summary>How the files and the <c>--json</c> output are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskDescription))]
[JsonSerializable(typeof(IReadOnlyList<TaskDescription>))]
[JsonSerializable(typeof(IReadOnlyList<HpkeKeyDescription>))]
[JsonSerializable(typeof(CredentialDescription[]))]
[JsonSerializable(typeof(TaskprovPeerFileJson))]
[JsonSerializable(typeof(TaskprovPeerDescription))]
[JsonSerializable(typeof(IReadOnlyList<TaskprovPeerDescription>))]
[JsonSerializable(typeof(DatastoreKeyStatus))]
[JsonSerializable(typeof(CollectedAggregate))]
[JsonSerializable(typeof(BenchReport))]
[JsonSerializable(typeof(TaskStatusDescription))]
[JsonSerializable(typeof(TaskCheckDescription))]
[JsonSerializable(typeof(IReadOnlyList<CollectionJobDescription>))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
