using Janus.Codec;

namespace Janus.Messages;

/// <summary>
/// What all participants of a task agree on, and every encryption of the task authenticates:
/// DAP §4.2 (task-configuration).
/// </summary>
/// <remarks>
/// The exact bytes are kept and written again as they are; two configurations are equal when their bytes are.
/// <code>
/// struct {
///   opaque task_info&lt;1..2^8-1&gt;;
///   Url leader_aggregator_endpoint;
///   Url helper_aggregator_endpoint;
///   TimePrecision time_precision;
///   uint64 min_batch_size;
///   BatchMode batch_mode;
///   opaque batch_config&lt;0..2^16-1&gt;;
///   VdafType vdaf_type;
///   opaque vdaf_configuration&lt;0..2^16-1&gt;;
///   TaskExtension extensions&lt;0..2^16-1&gt;;
/// } TaskConfiguration;
/// </code></remarks>
public sealed class TaskConfiguration : IWireMessage<TaskConfiguration>, IEquatable<TaskConfiguration>
{
    /// <summary>Encodes a new configuration from the values that <paramref name="fields"/> names.</summary>
    /// <exception cref="ArgumentException">A field is outside the range that its encoding allows.</exception>
    public TaskConfiguration(TaskConfigurationFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Encoded = fields.ToEncoding();
        Fields = fields;
    }

    private TaskConfiguration(TaskConfigurationFields fields, ReadOnlyMemory<byte> encoded)
    {
        Fields = fields;
        Encoded = encoded;
    }

    /// <summary>The exact bytes that the participants agreed on.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>Tells tasks apart that are otherwise configured alike, 1 to 255 bytes.</summary>
    public ReadOnlyMemory<byte> TaskInfo => Fields.TaskInfo;

    /// <summary>The URL that the Leader's resources are relative to.</summary>
    public Url LeaderAggregatorEndpoint => Fields.LeaderAggregatorEndpoint;

    /// <summary>The URL that the Helper's resources are relative to.</summary>
    public Url HelperAggregatorEndpoint => Fields.HelperAggregatorEndpoint;

    /// <summary>The unit of the task's times and durations.</summary>
    public TimePrecision TimePrecision => Fields.TimePrecision;

    /// <summary>The smallest number of reports that a batch may have.</summary>
    public ulong MinBatchSize => Fields.MinBatchSize;

    /// <summary>How reports are put into batches.</summary>
    public BatchMode BatchMode => Fields.BatchMode;

    /// <summary>Parameters of the batch mode; empty for the modes of DAP itself.</summary>
    public ReadOnlyMemory<byte> BatchConfig => Fields.BatchConfig;

    /// <summary>The VDAF.</summary>
    public VdafType VdafType => Fields.VdafType;

    /// <summary>The VDAF's encoded parameters.</summary>
    public ReadOnlyMemory<byte> VdafConfiguration => Fields.VdafConfiguration;

    /// <summary>The task extensions, in the order they were encoded in.</summary>
    public IReadOnlyList<TaskExtension> Extensions => Fields.Extensions;

    /// <summary>All fields, as a start for another configuration: <c>configuration.Fields with { … }</c>.</summary>
    public TaskConfigurationFields Fields { get; }

    /// <inheritdoc/>
    public static TaskConfiguration Decode(ref WireReader reader)
    {
        int start = reader.Position;
        TaskConfigurationFields fields = TaskConfigurationFields.Read(ref reader);
        return new TaskConfiguration(fields, reader.ReadSince(start).ToArray());
    }

    /// <inheritdoc/>
    public void Encode(WireWriter writer) => writer.WriteFixed(Encoded.Span);

    /// <summary>Whether both have the same bytes.</summary>
    public bool Equals(TaskConfiguration? other) => other is not null && Encoded.Span.SequenceEqual(other.Encoded.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TaskConfiguration);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Encoded.Span);
        return hash.ToHashCode();
    }
}
