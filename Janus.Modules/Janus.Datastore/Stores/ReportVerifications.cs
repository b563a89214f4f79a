using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Datastore;

/// <summary>Encrypts what is kept of an aggregation job's reports between two steps, for both roles.</summary>
internal static class ReportVerifications
{
    /// <summary>The reports, encrypted; null if there are none.</summary>
    public static byte[]? SealVerification(
        this ColumnEncryption encryption, int taskKey, AggregationJobId jobId, IReadOnlyList<ReportVerification> reports)
    {
        if (reports.Count == 0)
        {
            return null;
        }

        byte[] encoded = ReportVerification.EncodeAll(reports);
        byte[] sealedReports = encryption.Seal(EncryptedColumn.Verification, RowKey.Of(taskKey, Uuid.Of(jobId)), encoded);
        CryptographicOperations.ZeroMemory(encoded);
        return sealedReports;
    }

    /// <summary>What <see cref="SealVerification"/> encrypted.</summary>
    /// <exception cref="CryptographicException">It does not open.</exception>
    public static IReadOnlyList<ReportVerification> OpenVerification(
        this ColumnEncryption encryption, int taskKey, AggregationJobId jobId, byte[]? stored)
    {
        if (stored is null)
        {
            return [];
        }

        byte[] encoded = encryption.Open(EncryptedColumn.Verification, RowKey.Of(taskKey, Uuid.Of(jobId)), stored);
        IReadOnlyList<ReportVerification> reports = ReportVerification.DecodeAll(encoded);
        CryptographicOperations.ZeroMemory(encoded);
        return reports;
    }
}
