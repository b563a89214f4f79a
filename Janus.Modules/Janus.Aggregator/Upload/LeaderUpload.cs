using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>Checks and opens uploaded reports: DAP §4.4.2 (upload-request). Inputs to outcome, without I/O.</summary>
internal sealed class LeaderUpload
{
    private readonly AggregatorOptions _options;

    public LeaderUpload(IOptions<AggregatorOptions> options) => _options = options.Value;

    /// <summary>Opens a chunk of reports, on several threads when it is large.</summary>
    /// <returns>For each report what to store, or why it is refused.</returns>
    public IReadOnlyList<UploadedReportOrError> Open(
        AggregatorTask task, InputShareRecipients recipients, IReadOnlyList<Report> reports, DateTimeOffset now, CancellationToken cancellationToken)
    {
        InputShareOpener opener = task.OpenerWith(recipients);
        UploadedReportOrError[] opened = new UploadedReportOrError[reports.Count];
        ReportChunks.ForEach<object?>(
            reports.Count,
            task.ReportBodyLength,
            _options.EffectiveVerificationThreads,
            () => null,
            (range, _) =>
            {
                (int start, int length) = range.GetOffsetAndLength(opened.Length);
                for (int i = start; i < start + length; i++)
                {
                    opened[i] = Open(task, opener, reports[i], now);
                }
            },
            _ => { },
            cancellationToken);
        return opened;
    }

    private UploadedReportOrError Open(AggregatorTask task, InputShareOpener opener, Report report, DateTimeOffset now)
    {
        ReportMetadata metadata = report.ReportMetadata;
        ReportError? error = task.CheckTime(metadata.Time, now, _options.ClockSkewTolerance);
        if (error is { } timeError)
        {
            // At upload, a report outside the task's interval is dropped, too; only aggregation tells which side of it.
            return new(timeError == ReportError.ReportTooEarly ? timeError : ReportError.ReportDropped);
        }

        if (!opener.Knows(report.LeaderEncryptedInputShare.ConfigId))
        {
            return new(ReportError.OutdatedConfig);
        }

        error = InputShares.TryOpen(task, opener, metadata, report.PublicShare, report.LeaderEncryptedInputShare, out PlaintextInputShare? plaintext);
        if (error is { } invalid)
        {
            return new(invalid, plaintext is null ? null : InputShares.UnrecognizedExtensions(metadata, plaintext));
        }

        return new(new UploadedReport
        {
            TaskKey = task.Key,
            Id = metadata.ReportId,
            Time = metadata.Time.Value,
            Week = ReportWeek.Of(metadata.Time.Value, task.Configuration.TimePrecision),
            PublicShare = report.PublicShare,
            LeaderInputShare = plaintext!.Payload,
            HelperEncryptedInputShare = WireMessage.Encode(report.HelperEncryptedInputShare),
            IsTimeInterval = task.BatchMode.Mode == BatchMode.TimeInterval,
        });
    }
}
