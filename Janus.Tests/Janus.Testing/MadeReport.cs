using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>A report together with what is encrypted in it.</summary>
public sealed record MadeReport(Report Report, byte[] LeaderInputShare, byte[] HelperInputShare)
{
    public ReportId Id => Report.ReportMetadata.ReportId;

    public Time Time => Report.ReportMetadata.Time;

    /// <summary>What the Leader verifies.</summary>
    public VerifyInput LeaderInput => new(Id.ToArray(), Report.PublicShare, LeaderInputShare);

    /// <summary>The report ID alone: the rest is secret.</summary>
    public override string ToString() => Id.ToString();
}
