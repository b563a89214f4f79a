using Janus.Codec;
using Janus.Dap;
using Janus.Messages;

namespace Janus.Client;

/// <summary>Sends reports of one task to the Leader, many in one request: DAP §4.4.2 (upload-request).</summary>
internal sealed class ReportUploader
{
    private readonly ReportSealing _sealing;
    private readonly DapExchange _exchange;
    private readonly DapClientOptions _options;
    private readonly TaskId _taskId;
    private readonly AggregatorUrls _leader;
    private readonly TaskConfiguration? _advertised;

    public ReportUploader(
        TaskId taskId, TaskConfiguration taskConfiguration, ReportSealing sealing, DapExchange exchange, DapClientOptions options)
    {
        _sealing = sealing;
        _exchange = exchange;
        _options = options;
        _taskId = taskId;
        _leader = new AggregatorUrls(taskConfiguration.LeaderAggregatorEndpoint);
        _advertised = options.AdvertiseTask ? taskConfiguration : null;
    }

    /// <summary>
    /// Sends one request and tells what became of each report. Those under an outdated HPKE configuration are made
    /// anew and sent once more; those that are too early are sent again as long as the options allow.
    /// </summary>
    public async Task<IReadOnlyList<ReportOutcome>> UploadAsync(
        IReadOnlyList<SealedReport> reports, CancellationToken cancellationToken)
    {
        IReadOnlyList<ReportOutcome> outcomes = await SendAsync(reports, cancellationToken);
        SealedReport[] outdated = [.. reports.Where((_, i) => outcomes[i].Error == ReportError.OutdatedConfig)];
        if (outdated.Length == 0)
        {
            return await WaitForTimesAsync(reports, outcomes, cancellationToken);
        }

        foreach (SealedReport report in outdated)
        {
            _sealing.Invalidate(report.Sealers);
        }

        List<SealedReport> renewed = new(outdated.Length);
        foreach (SealedReport[] group in outdated.Chunk(ReportSealing.GroupLength))
        {
            renewed.AddRange(await _sealing.SealAsync([.. group.Select(report => (report.Index, report.Source))], cancellationToken));
        }

        IReadOnlyList<ReportOutcome> again = await SendAsync(renewed, cancellationToken);
        return await WaitForTimesAsync(
            [.. reports, .. renewed],
            [.. outcomes.Where(outcome => outcome.Error != ReportError.OutdatedConfig), .. again],
            cancellationToken);
    }

    private async Task<IReadOnlyList<ReportOutcome>> WaitForTimesAsync(
        IReadOnlyList<SealedReport> reports, IReadOnlyList<ReportOutcome> outcomes, CancellationToken cancellationToken)
    {
        TimeSpan left = _options.MaximumWaitForReportTime;
        for (int attempt = 1; ; attempt++)
        {
            HashSet<ReportId?> early = [.. outcomes.Where(outcome => outcome.Error == ReportError.ReportTooEarly).Select(outcome => outcome.ReportId)];
            TimeSpan wait = _options.BackOff.DelayAfter(attempt);
            if (early.Count == 0 || wait > left)
            {
                return outcomes;
            }

            left -= wait;
            await Task.Delay(wait, _options.TimeProvider, cancellationToken);
            IReadOnlyList<ReportOutcome> again = await SendAsync([.. reports.Where(report => early.Contains(report.ReportId))], cancellationToken);
            outcomes = [.. outcomes.Where(outcome => !early.Contains(outcome.ReportId)), .. again];
        }
    }

    private async Task<IReadOnlyList<ReportOutcome>> SendAsync(
        IReadOnlyList<SealedReport> reports, CancellationToken cancellationToken)
    {
        DapResponse response = await _exchange.SendAsync(ToRequest(reports), cancellationToken);
        Dictionary<ReportId, ReportError> errors = [];
        foreach (ReportUploadStatus status in Decode(response))
        {
            errors.TryAdd(status.Id, status.Error);
        }

        ReportOutcome[] outcomes = new ReportOutcome[reports.Count];
        for (int i = 0; i < outcomes.Length; i++)
        {
            ReportError? error = errors.TryGetValue(reports[i].ReportId, out ReportError given) ? given : null;

            // The random ID can only be known to the Leader from an attempt whose answer did not arrive.
            if (error == ReportError.ReportReplayed && response.MayBeRepeated)
            {
                error = null;
            }

            outcomes[i] = new ReportOutcome(reports[i].Index, reports[i].ReportId, error);
        }

        return outcomes;
    }

    private DapRequest ToRequest(IReadOnlyList<SealedReport> reports)
    {
        byte[] content = new byte[reports.Sum(report => report.Encoded.Length)];
        int length = 0;
        foreach (SealedReport report in reports)
        {
            report.Encoded.CopyTo(content, length);
            length += report.Encoded.Length;
        }

        return DapVersion.Newest.Requests.Upload(_leader, _taskId, content) with
        {
            AdvertisedTask = _advertised,
            MaximumResponseLength = reports.Count * (ReportId.Length + 1),
        };
    }

    private static IReadOnlyList<ReportUploadStatus> Decode(DapResponse response)
    {
        try
        {
            return WireMessage.Decode<UploadErrors>(response.Content.Span).Status;
        }
        catch (DecodeException exception)
        {
            throw new DapResponseException(response.Resource, response.Status, $"expected the errors of an upload: {exception.Message}", exception);
        }
    }
}
