using Janus.Codec;

namespace Janus.Messages;

/// <summary>The data that the encryption of an aggregate share authenticates: DAP §4.6.7 (aggregate-share-encrypt).</summary>
/// <remarks><code>
/// struct {
///   TaskID task_id;
///   TaskConfiguration task_configuration;
///   CollectionJobReq collection_job_req;
/// } AggregateShareAad;
/// </code></remarks>
/// <param name="TaskId">The task.</param>
/// <param name="TaskConfiguration">The task's configuration, with its exact bytes.</param>
/// <param name="CollectionJobReq">What the Collector asked for.</param>
public sealed record AggregateShareAad(TaskId TaskId, TaskConfiguration TaskConfiguration, CollectionJobReq CollectionJobReq)
    : IWireMessage<AggregateShareAad>
{
    /// <inheritdoc/>
    public static AggregateShareAad Decode(ref WireReader reader) => new(
        reader.ReadIdentifier<TaskId>("task_id"),
        TaskConfiguration.Decode(ref reader),
        CollectionJobReq.Decode(ref reader));

    /// <inheritdoc/>
    public void Encode(WireWriter writer)
    {
        TaskId.Encode(writer);
        TaskConfiguration.Encode(writer);
        CollectionJobReq.Encode(writer);
    }

    /// <summary>Whether both have the same encoding.</summary>
    public bool Equals(AggregateShareAad? other) => WireEquality.Equals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => WireEquality.GetHashCode(this);
}
