using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>Makes the reports of one task with HPKE configurations that are fetched when they are needed.</summary>
internal sealed class ReportSealing
{
    private readonly DapMeasurementSharder _sharder;
    private readonly HpkeConfigSource _leader;
    private readonly HpkeConfigSource _helper;

    public ReportSealing(
        TaskId taskId, TaskConfiguration taskConfiguration, DapExchange exchange, DapClientOptions options, SupportedVdafs vdafs)
    {
        _sharder = new DapMeasurementSharder(taskId, taskConfiguration, vdafs);
        _leader = new HpkeConfigSource(taskId, taskConfiguration, Role.Leader, exchange, options);
        _helper = new HpkeConfigSource(taskId, taskConfiguration, Role.Helper, exchange, options);
    }

    /// <summary>Makes one report under a new report ID; a measurement that is not valid causes no request.</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    public async ValueTask<SealedReport> SealAsync(long index, TimedMeasurement source, CancellationToken cancellationToken)
    {
        Time time = Time.FromDateTimeOffset(source.GeneratedAt, _sharder.TimePrecision);
        ReportId reportId = ReportId.Random();
        ShardedReport shares = _sharder.Shard(source.Measurement, reportId);
        ValueTask<InputShareSealer> leader = _leader.GetAsync(cancellationToken);
        ValueTask<InputShareSealer> helper = _helper.GetAsync(cancellationToken);
        ReportSealers sealers = new(await leader, await helper);
        Report report = new DapReportBuilder(_sharder, sealers.Leader, sealers.Helper).Seal(reportId, time, shares);
        return new SealedReport(index, source, reportId, sealers, WireMessage.Encode(report));
    }

    /// <summary>Fetches the HPKE configurations again before the next report, unless that has happened since.</summary>
    public void Invalidate(ReportSealers outdated)
    {
        _leader.Invalidate(outdated.Leader);
        _helper.Invalidate(outdated.Helper);
    }
}
