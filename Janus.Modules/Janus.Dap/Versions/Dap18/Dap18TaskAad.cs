using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>The authenticated data begin with the task ID and the whole task configuration.</summary>
internal sealed class Dap18TaskAad : TaskAad
{
    private const int FixedLength = 64;
    private readonly byte[] _prefix;

    public Dap18TaskAad(TaskId taskId, TaskConfiguration taskConfiguration)
    {
        ArgumentNullException.ThrowIfNull(taskConfiguration);
        _prefix = [.. taskId.ToArray(), .. taskConfiguration.Encoded.Span];
    }

    /// <summary>An encoded <see cref="InputShareAad"/>.</summary>
    public override PooledBufferWriter ForInputShare(ReportMetadata reportMetadata, ReadOnlySpan<byte> publicShare)
    {
        PooledBufferWriter buffer = new(checked(_prefix.Length + FixedLength + publicShare.Length));
        WireWriter writer = new(buffer);
        writer.WriteFixed(_prefix);
        reportMetadata.Encode(writer);
        writer.WriteOpaque32(publicShare);
        return buffer;
    }

    /// <summary>An encoded <see cref="AggregateShareAad"/>.</summary>
    public override PooledBufferWriter ForAggregateShare(CollectionJobReq collectionJobReq)
    {
        PooledBufferWriter buffer = new(_prefix.Length + FixedLength + collectionJobReq.AggParam.Length);
        WireWriter writer = new(buffer);
        writer.WriteFixed(_prefix);
        collectionJobReq.Encode(writer);
        return buffer;
    }
}
