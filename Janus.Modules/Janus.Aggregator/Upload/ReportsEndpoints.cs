using Janus.Codec;
using Janus.Dap;
using Janus.Datastore;
using Janus.Messages;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Janus.Aggregator;

/// <summary>The Leader's reports resource: DAP §4.4.2 (upload-request).</summary>
/// <remarks>
/// Reports are taken in chunks as they arrive. Each stands for itself: when the body turns out malformed further
/// on, the reports before are stored already, and uploading them again changes nothing.
/// </remarks>
internal sealed class ReportsEndpoints
{
    private const int ChunkReports = 256;

    private readonly TaskDirectory _tasks;
    private readonly HpkeKeyring _keyring;
    private readonly UploadAdmission _admission;
    private readonly LeaderUpload _upload;
    private readonly ReportWriter _writer;
    private readonly AggregatorMetrics _metrics;
    private readonly TaskStatusRecorder _status;
    private readonly RejectionWatch _watch;
    private readonly UploadOptions _options;
    private readonly TimeProvider _time;

    public ReportsEndpoints(
        TaskDirectory tasks,
        HpkeKeyring keyring,
        UploadAdmission admission,
        LeaderUpload upload,
        ReportWriter writer,
        AggregatorMetrics metrics,
        TaskStatusRecorder status,
        RejectionWatch watch,
        IOptions<AggregatorOptions> options,
        TimeProvider time)
    {
        _tasks = tasks;
        _keyring = keyring;
        _admission = admission;
        _upload = upload;
        _writer = writer;
        _metrics = metrics;
        _status = status;
        _watch = watch;
        _options = options.Value.Upload;
        _time = time;
    }

    /// <summary><c>POST tasks/{task-id}/reports</c>.</summary>
    public async Task PostAsync(HttpContext context)
    {
        AggregatorTask task = await _tasks.RequireAsync(context);
        context.RequireMediaType(task.Version.MediaTypes.UploadRequest);
        context.LimitBody(task.ReportBodyLength * _options.MaximumReportsPerRequest);
        using Arrival arrival = _admission.Enter(task, context);
        UploadRefusals refusals = new(task);
        List<Report> chunk = [];
        long chunkStart = 0;
        WireStreamReader body = new(arrival.Body);
        await foreach (Report report in body.ReadAllAsync<Report>(ElementLimits.Report(task.Vdaf), context.RequestAborted))
        {
            chunk.Add(report);
            if (chunk.Count == ChunkReports || UploadAdmission.IsChunk(arrival, body.Offset - chunkStart))
            {
                await StoreAsync(task, chunk, body.Offset - chunkStart, refusals, arrival, context.RequestAborted);
                chunk.Clear();
                chunkStart = body.Offset;
                arrival.EndWork(chunkStart, refusals.Bytes);
            }
        }

        await StoreAsync(task, chunk, body.Offset - chunkStart, refusals, arrival, context.RequestAborted);
        refusals.ThrowIfUnsupported();
        if (refusals.Statuses.Count > 0)
        {
            arrival.BeginAnswer();
            await context.WriteAsync(task.Version.MediaTypes.UploadErrors, HttpContextExtensions.EncodeAll(refusals.Statuses));
        }
    }

    private async Task StoreAsync(
        AggregatorTask task, List<Report> reports, long bytes, UploadRefusals refusals, Arrival arrival, CancellationToken cancellationToken)
    {
        if (reports.Count == 0)
        {
            return;
        }

        arrival.BeginWork();
        IReadOnlyList<UploadedReportOrError> opened;
        using (await _admission.TurnAsync(task, bytes, cancellationToken))
        {
            InputShareRecipients recipients = _keyring.RecipientsOf(Role.Leader);
            opened = _upload.Open(task, recipients, reports, _time.GetUtcNow(), cancellationToken);
        }

        UploadedReport[] accepted = [.. opened.Where(one => one.Report is not null).Select(one => one.Report!)];
        UploadOutcome[] outcomes = accepted.Length == 0 ? [] : await _writer.WriteAsync(accepted);
        int written = 0;
        List<ReportError> reasons = [];
        for (int i = 0; i < reports.Count; i++)
        {
            ReportError? error = opened[i].Error;
            if (error is { } refused)
            {
                _metrics.ReportRefused(refused);
                reasons.Add(refused);
            }
            else if (outcomes[written++] is var outcome && outcome != UploadOutcome.Stored)
            {
                // Clients are told the same of both, the operator is not.
                error = ReportError.ReportReplayed;
                reasons.Add(outcome == UploadOutcome.BatchCollected ? ReportError.BatchCollected : ReportError.ReportReplayed);
            }

            refusals.Add(reports[i].ReportMetadata.ReportId, error, opened[i].UnrecognizedExtensions);
        }

        _status.Refused(task, reasons);
        _watch.Record(task, RejectionStage.Upload, reports.Count, reasons);
    }
}
