using System.Text.Json.Serialization;

namespace Janus.Collector;

/// <summary>The generated JSON code of <see cref="CollectionJobHandleJson"/>.</summary>
[JsonSerializable(typeof(CollectionJobHandleJson))]
internal sealed partial class CollectionJobHandleJsonContext : JsonSerializerContext;
