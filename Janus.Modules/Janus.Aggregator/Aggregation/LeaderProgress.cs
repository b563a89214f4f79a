using Janus.Datastore;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>What the Helper's answer to one step has led to.</summary>
/// <param name="Sums">The reports whose verification is finished, added up.</param>
/// <param name="Next">The reports that another step follows for, in order; none when the job is finished.</param>
/// <param name="Rejected">Why reports were rejected in this step.</param>
/// <param name="TooEarly">Those of them that the Helper may take later.</param>
/// <param name="States">The buffer behind the states of <paramref name="Next"/>, disposed of together with this.</param>
internal sealed record LeaderProgress(
    BatchBucketSums Sums,
    IReadOnlyList<ReportVerification> Next,
    IReadOnlyList<ReportError> Rejected,
    IReadOnlyList<PendingReport> TooEarly,
    SecretBuffer States) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Sums.Clear();
        States.Dispose();
    }

    /// <summary>The type's name: the states are secret.</summary>
    public override string ToString() => nameof(LeaderProgress);
}
