using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Builds the authenticated data of one task; what is the same for all its messages is encoded once.
/// </summary>
internal sealed class TaskAad
{
    private const int FixedLength = 64;
    private readonly byte[] _prefix;

    public TaskAad(TaskId taskId, TaskConfiguration taskConfiguration)
    {
        ArgumentNullException.ThrowIfNull(taskConfiguration);
        _prefix = [.. taskId.ToArray(), .. taskConfiguration.Encoded.Span];
    }

    /// <summary>An encoded <see cref="InputShareAad"/>, to be disposed of.</summary>
    public PooledBufferWriter ForInputShare(ReportMetadata reportMetadata, ReadOnlySpan<byte> publicShare)
    {
        PooledBufferWriter buffer = new(checked(_prefix.Length + FixedLength + publicShare.Length));
        WireWriter writer = new(buffer);
        writer.WriteFixed(_prefix);
        reportMetadata.Encode(writer);
        writer.WriteOpaque32(publicShare);
        return buffer;
    }

    /// <summary>An encoded <see cref="AggregateShareAad"/>, to be disposed of.</summary>
    public PooledBufferWriter ForAggregateShare(CollectionJobReq collectionJobReq)
    {
        PooledBufferWriter buffer = new(_prefix.Length + FixedLength + collectionJobReq.AggParam.Length);
        WireWriter writer = new(buffer);
        writer.WriteFixed(_prefix);
        collectionJobReq.Encode(writer);
        return buffer;
    }
}
