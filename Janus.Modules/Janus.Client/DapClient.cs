using System.Runtime.CompilerServices;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>
/// Uploads measurements of one task: shards them, encrypts the shares to the two Aggregators and sends the reports to
/// the Leader: DAP §4.4 (upload-flow). Safe for concurrent use; make one per task and keep it.
/// </summary>
/// <remarks>
/// HPKE configurations are fetched when first needed and kept as long as the Aggregators allow. Requests are sent again
/// after failures that may pass; all methods throw <see cref="DapResponseException"/> when an Aggregator refuses a
/// request, and <see cref="HttpRequestException"/>, <see cref="IOException"/> or <see cref="TimeoutException"/> when it
/// stays out of reach.
/// </remarks>
public sealed class DapClient
{
    private readonly DapClientOptions _options;
    private readonly ReportSealing _sealing;
    private readonly ReportUploader _uploader;

    /// <summary>Prepares uploads to one task with an HTTP client that stays the caller's: see <see cref="DapHttpHandler"/>.</summary>
    /// <exception cref="ArgumentException">The task's configuration or an option is not valid.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public DapClient(
        TaskId taskId,
        TaskConfiguration taskConfiguration,
        HttpClient httpClient,
        DapClientOptions? options = null,
        SupportedVdafs? vdafs = null)
    {
        ArgumentNullException.ThrowIfNull(taskConfiguration);
        _options = options ?? new DapClientOptions();
        _options.Validate();
        TaskId = taskId;
        TaskConfiguration = taskConfiguration;
        DapExchange exchange = new(httpClient, _options.BackOff, _options.TimeProvider);
        _sealing = new ReportSealing(taskId, taskConfiguration, exchange, _options, vdafs ?? new SupportedVdafs());
        _uploader = new ReportUploader(taskId, taskConfiguration, _sealing, exchange, _options);
    }

    /// <summary>
    /// Prepares uploads to a task that is not provisioned beforehand: its ID follows from its configuration, which every upload
    /// advertises to the Leader: Taskprov (task-advertisement).
    /// </summary>
    /// <remarks>
    /// Whoever made the configuration is not to be trusted: look at its minimum batch size and its VDAF before uploading
    /// (Taskprov, provisioning-a-task). One that this implementation cannot take part in is refused here.
    /// </remarks>
    /// <exception cref="ArgumentException">The task's configuration or an option is not valid.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public static DapClient ForAdvertisedTask(
        TaskConfiguration taskConfiguration, HttpClient httpClient, DapClientOptions? options = null, SupportedVdafs? vdafs = null) => new(
            TaskprovDerivation.TaskIdOf(taskConfiguration),
            taskConfiguration,
            httpClient,
            (options ?? new DapClientOptions()) with { AdvertiseTask = true },
            vdafs);

    /// <summary>The task.</summary>
    public TaskId TaskId { get; }

    /// <summary>The task's configuration.</summary>
    public TaskConfiguration TaskConfiguration { get; }

    /// <summary>Uploads one measurement made now.</summary>
    /// <returns>The ID of the report that the Leader has taken.</returns>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement; nothing has been sent.</exception>
    /// <exception cref="ReportRefusedException">The Leader did not take the report.</exception>
    public Task<ReportId> UploadAsync(Measurement measurement, CancellationToken cancellationToken = default) =>
        UploadAsync(measurement, _options.TimeProvider.GetUtcNow(), cancellationToken);

    /// <summary>Uploads one measurement made at the given time, which the report tells rounded down to the time precision.</summary>
    /// <returns>The ID of the report that the Leader has taken.</returns>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement; nothing has been sent.</exception>
    /// <exception cref="ReportRefusedException">The Leader did not take the report.</exception>
    public async Task<ReportId> UploadAsync(
        Measurement measurement, DateTimeOffset generatedAt, CancellationToken cancellationToken = default)
    {
        SealedReport report = (await _sealing.SealAsync([(0, new TimedMeasurement(measurement, generatedAt))], cancellationToken))[0];
        ReportOutcome outcome = (await _uploader.UploadAsync([report], cancellationToken))[0];
        ReportId reportId = outcome.ReportId ?? report.ReportId;
        return outcome.Error is { } error ? throw new ReportRefusedException(reportId, error) : reportId;
    }

    /// <summary>Uploads many measurements made now, many in one request.</summary>
    /// <remarks>A measurement that the VDAF does not accept, or a report that the Leader refuses, does not stop the others.</remarks>
    public Task<UploadSummary> UploadAsync(
        IEnumerable<Measurement> measurements,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        return SummarizeAsync(measurements.ToAsyncEnumerable().Select(Now), CountOf(measurements), progress, cancellationToken);
    }

    /// <summary>Uploads many measurements made now, many in one request, while they arrive.</summary>
    /// <remarks>A measurement that the VDAF does not accept, or a report that the Leader refuses, does not stop the others.</remarks>
    public Task<UploadSummary> UploadAsync(
        IAsyncEnumerable<Measurement> measurements,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        SummarizeAsync(measurements.Select(Now), null, progress, cancellationToken);

    /// <summary>Uploads many measurements with their times, many in one request.</summary>
    /// <remarks>A measurement that the VDAF does not accept, or a report that the Leader refuses, does not stop the others.</remarks>
    public Task<UploadSummary> UploadAsync(
        IEnumerable<TimedMeasurement> measurements,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        return SummarizeAsync(measurements.ToAsyncEnumerable(), CountOf(measurements), progress, cancellationToken);
    }

    /// <summary>
    /// Uploads many measurements, and yields what became of each one as soon as it is known, which is not the order in
    /// which they were given.
    /// </summary>
    public IAsyncEnumerable<ReportOutcome> UploadEachAsync(
        IAsyncEnumerable<TimedMeasurement> measurements,
        IProgress<UploadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        return EachAsync(measurements, progress, cancellationToken);
    }

    private static long? CountOf<T>(IEnumerable<T> measurements) =>
        measurements.TryGetNonEnumeratedCount(out int count) ? count : null;

    private TimedMeasurement Now(Measurement measurement) => new(measurement, _options.TimeProvider.GetUtcNow());

    private BulkUpload Start(UploadTally tally) => new(_sealing, _uploader, _options, tally);

    // Every enumeration is an upload of its own.
    private async IAsyncEnumerable<ReportOutcome> EachAsync(
        IAsyncEnumerable<TimedMeasurement> measurements,
        IProgress<UploadProgress>? progress,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ReportOutcome outcome in Start(new UploadTally(null, progress)).RunAsync(measurements, cancellationToken))
        {
            yield return outcome;
        }
    }

    private async Task<UploadSummary> SummarizeAsync(
        IAsyncEnumerable<TimedMeasurement> measurements,
        long? total,
        IProgress<UploadProgress>? progress,
        CancellationToken cancellationToken)
    {
        UploadTally tally = new(total, progress);
        await foreach (ReportOutcome _ in Start(tally).RunAsync(measurements, cancellationToken))
        {
        }

        return tally.Summarize();
    }
}
