using System.Security.Cryptography;
using Janus.Messages;

namespace Janus.Aggregator;

/// <summary>The Leader's verification states of an aggregation job, between init and the Helper's answer.</summary>
/// <param name="States">The buffer behind all states, cleared on disposal.</param>
/// <param name="Pending">The reports that the Helper is asked about, in order.</param>
/// <param name="Inits">The request's element for each of them.</param>
/// <param name="Rejected">Why each other report was rejected.</param>
internal sealed record LeaderVerification(
    byte[] States,
    IReadOnlyList<PendingReport> Pending,
    IReadOnlyList<VerifyInit> Inits,
    IReadOnlyList<ReportError> Rejected) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(States);

    /// <summary>The type's name: the states are secret.</summary>
    public override string ToString() => nameof(LeaderVerification);
}
