using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Dap;

/// <summary>
/// Computes the checksum of a batch: the XOR of the SHA-256 hashes of its report IDs: DAP §4.5.4.3 (batch-buckets).
/// </summary>
public static class ReportIdChecksum
{
    /// <summary>The checksum of one report.</summary>
    public static BatchChecksum Of(ReportId reportId)
    {
        Span<byte> id = stackalloc byte[ReportId.Length];
        reportId.CopyTo(id);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(id, hash);
        return BatchChecksum.FromBytes(hash);
    }

    /// <summary>The checksum of many reports, in any order.</summary>
    public static BatchChecksum Of(IEnumerable<ReportId> reportIds)
    {
        ArgumentNullException.ThrowIfNull(reportIds);
        return reportIds.Aggregate(BatchChecksum.Empty, (checksum, reportId) => checksum.Combine(Of(reportId)));
    }
}
