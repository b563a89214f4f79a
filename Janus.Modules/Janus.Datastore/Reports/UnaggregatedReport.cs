using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A stored report that the Leader's aggregation job is about to verify.</summary>
public sealed record UnaggregatedReport
{
    /// <summary>The report ID.</summary>
    public required ReportId Id { get; init; }

    /// <summary>The report's time, in time-precision units.</summary>
    public required ulong Time { get; init; }

    /// <summary>When it was uploaded, or until when it was postponed.</summary>
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The encoded public share.</summary>
    public required byte[] PublicShare { get; init; }

    /// <summary>The Leader's input share, in the clear.</summary>
    public required byte[] LeaderInputShare { get; init; }

    /// <summary>The encoded HpkeCiphertext for the Helper.</summary>
    public required byte[] HelperEncryptedInputShare { get; init; }

    /// <summary>The report ID, never a share.</summary>
    public override string ToString() => $"{nameof(UnaggregatedReport)} {Id}";
}
