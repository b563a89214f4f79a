using Janus.Codec;

namespace Janus.Messages;

/// <summary>The fields of a <see cref="TaskConfiguration"/> before they are encoded: DAP §4.2 (task-configuration).</summary>
public sealed record TaskConfigurationFields
{
    /// <summary>Tells tasks apart that are otherwise configured alike, 1 to 255 bytes.</summary>
    public required ReadOnlyMemory<byte> TaskInfo { get; init; }

    /// <summary>The URL that the Leader's resources are relative to.</summary>
    public required Url LeaderAggregatorEndpoint { get; init; }

    /// <summary>The URL that the Helper's resources are relative to.</summary>
    public required Url HelperAggregatorEndpoint { get; init; }

    /// <summary>The unit of the task's times and durations.</summary>
    public required TimePrecision TimePrecision { get; init; }

    /// <summary>The smallest number of reports that a batch may have.</summary>
    public required ulong MinBatchSize { get; init; }

    /// <summary>How reports are put into batches.</summary>
    public required BatchMode BatchMode { get; init; }

    /// <summary>Parameters of the batch mode, up to 65,535 bytes; empty for the modes of DAP itself.</summary>
    public ReadOnlyMemory<byte> BatchConfig { get; init; }

    /// <summary>The VDAF.</summary>
    public required VdafType VdafType { get; init; }

    /// <summary>The VDAF's encoded parameters, up to 65,535 bytes.</summary>
    public required ReadOnlyMemory<byte> VdafConfiguration { get; init; }

    /// <summary>The task extensions; the draft wants them in strictly increasing order of type.</summary>
    public IReadOnlyList<TaskExtension> Extensions { get; init; } = [];

    internal static TaskConfigurationFields Read(ref WireReader reader) => new()
    {
        TaskInfo = reader.ReadOpaque8("task_info", 1).ToArray(),
        LeaderAggregatorEndpoint = Url.Read(ref reader, "leader_aggregator_endpoint"),
        HelperAggregatorEndpoint = Url.Read(ref reader, "helper_aggregator_endpoint"),
        TimePrecision = TimePrecision.Decode(ref reader),
        MinBatchSize = reader.ReadUInt64("min_batch_size"),
        BatchMode = (BatchMode)reader.ReadUInt8("batch_mode"),
        BatchConfig = reader.ReadOpaque16("batch_config").ToArray(),
        VdafType = (VdafType)reader.ReadUInt32("vdaf_type"),
        VdafConfiguration = reader.ReadOpaque16("vdaf_configuration").ToArray(),
        Extensions = reader.ReadExtensions<TaskExtension>("extensions"),
    };

    internal byte[] ToEncoding()
    {
        if (TaskInfo.Length is 0 or > byte.MaxValue)
        {
            throw new ArgumentException($"task_info: expected 1 to 255 bytes, got {TaskInfo.Length}");
        }

        if (TimePrecision.Seconds == 0)
        {
            throw new ArgumentException("time_precision: expected at least 1 second");
        }

        using PooledBufferWriter buffer = new();
        WireWriter writer = new(buffer);
        writer.WriteOpaque8(TaskInfo.Span);
        LeaderAggregatorEndpoint.Encode(writer);
        HelperAggregatorEndpoint.Encode(writer);
        TimePrecision.Encode(writer);
        writer.WriteUInt64(MinBatchSize);
        writer.WriteUInt8((byte)BatchMode);
        writer.WriteOpaque16(BatchConfig.Span);
        writer.WriteUInt32((uint)VdafType);
        writer.WriteOpaque16(VdafConfiguration.Span);
        writer.WriteExtensions(Extensions);
        return buffer.WrittenSpan.ToArray();
    }
}
