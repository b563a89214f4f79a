using Janus.Codec;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Builds the authenticated data of one task's ciphertexts; what is the same for all its messages is encoded once.
/// </summary>
internal abstract class TaskAad
{
    /// <summary>The encoded authenticated data of an input share, to be disposed of: DAP §4.4.2 (upload-request).</summary>
    public abstract PooledBufferWriter ForInputShare(ReportMetadata reportMetadata, ReadOnlySpan<byte> publicShare);

    /// <summary>The encoded authenticated data of an aggregate share, to be disposed of: DAP §4.6.7 (aggregate-share-encrypt).</summary>
    public abstract PooledBufferWriter ForAggregateShare(CollectionJobReq collectionJobReq);
}
