using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What the Helper computed for one step of an aggregation job, before anything is committed.</summary>
/// <param name="Responses">One answer for each report, in the order of the request.</param>
/// <param name="Pending">The reports that wait for the next step, in order; none after the last one.</param>
/// <param name="Sums">The out shares of the reports that are finished.</param>
internal sealed record HelperVerification(VerifyResp[] Responses, IReadOnlyList<ReportVerification> Pending, BatchBucketSums Sums)
{
    /// <summary>Overwrites states and sums.</summary>
    public void Clear()
    {
        Sums.Clear();
        foreach (ReportVerification report in Pending)
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(report.State).Span);
        }
    }

    /// <summary>The type's name: the states are secret.</summary>
    public override string ToString() => nameof(HelperVerification);
}
