using Janus.Messages;

namespace Janus.Client;

/// <summary>A report ready to be sent, and what it takes to make it anew.</summary>
internal sealed record SealedReport(
    long Index, TimedMeasurement Source, ReportId ReportId, ReportSealers Sealers, byte[] Encoded)
{
    public override string ToString() => nameof(SealedReport);
}
