using Janus.Codec;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>Makes the reports of one task with HPKE configurations that are fetched when they are needed.</summary>
internal sealed class ReportSealing
{
    /// <summary>The reports that are best made together: as many as the widest vector has lanes.</summary>
    public const int GroupLength = 8;

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

    /// <summary>Makes reports under new report IDs; a measurement that is not valid causes no request.</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept one of the measurements.</exception>
    public async ValueTask<SealedReport[]> SealAsync(
        IReadOnlyList<(long Index, TimedMeasurement Source)> items, CancellationToken cancellationToken)
    {
        Time[] times = [.. items.Select(item => Time.FromDateTimeOffset(item.Source.GeneratedAt, _sharder.TimePrecision))];
        ReportId[] reportIds = [.. items.Select(_ => ReportId.Random())];
        ShardedReport[] shares = _sharder.Shard([.. items.Select(item => item.Source.Measurement)], reportIds);
        ValueTask<InputShareSealer> leader = _leader.GetAsync(cancellationToken);
        ValueTask<InputShareSealer> helper = _helper.GetAsync(cancellationToken);
        ReportSealers sealers = new(await leader, await helper);
        DapReportBuilder builder = new(_sharder, sealers.Leader, sealers.Helper);
        return
        [
            .. items.Select((item, i) => new SealedReport(
                item.Index, item.Source, reportIds[i], sealers, WireMessage.Encode(builder.Seal(reportIds[i], times[i], shares[i])))),
        ];
    }

    /// <summary>Fetches the HPKE configurations again before the next report, unless that has happened since.</summary>
    public void Invalidate(ReportSealers outdated)
    {
        _leader.Invalidate(outdated.Leader);
        _helper.Invalidate(outdated.Helper);
    }
}
