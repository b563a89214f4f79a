using Janus.Messages;

namespace Janus.Datastore;

/// <summary>A report that passed the Leader's checks and is to be stored: DAP §4.4.2 (upload-request).</summary>
public sealed record UploadedReport
{
    /// <summary>The task's key in the database.</summary>
    public required int TaskKey { get; init; }

    /// <summary>The report ID.</summary>
    public required ReportId Id { get; init; }

    /// <summary>The report's time, in time-precision units.</summary>
    public required ulong Time { get; init; }

    /// <summary>The <see cref="ReportWeek"/> of the time.</summary>
    public required int Week { get; init; }

    /// <summary>The encoded public share.</summary>
    public required ReadOnlyMemory<byte> PublicShare { get; init; }

    /// <summary>The Leader's input share, already decrypted; it is encrypted at rest.</summary>
    public required ReadOnlyMemory<byte> LeaderInputShare { get; init; }

    /// <summary>The encoded HpkeCiphertext for the Helper.</summary>
    public required byte[] HelperEncryptedInputShare { get; init; }

    /// <summary>Whether the time names the batch bucket, so that a collected interval refuses the report.</summary>
    public required bool IsTimeInterval { get; init; }

    /// <summary>The report ID, never a share.</summary>
    public override string ToString() => $"{nameof(UploadedReport)} {Id}";
}
