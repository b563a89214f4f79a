using System.Security.Cryptography;
using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>
/// Makes reports of one task from measurements, without sending anything: DAP §4.4.2 (upload-request). Safe for
/// concurrent use.
/// </summary>
public sealed class DapReportBuilder
{
    private readonly DapMeasurementSharder _sharder;
    private readonly InputShareSealer _leader;
    private readonly InputShareSealer _helper;

    /// <summary>Prepares reports for the two Aggregators' HPKE configurations.</summary>
    /// <exception cref="ArgumentException">
    /// The task's configuration is not valid, or the suite or the public key of an HPKE configuration is not usable.
    /// </exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public DapReportBuilder(
        TaskId taskId,
        TaskConfiguration taskConfiguration,
        HpkeConfig leaderHpkeConfig,
        HpkeConfig helperHpkeConfig,
        SupportedVdafs? vdafs = null)
        : this(
            new DapMeasurementSharder(taskId, taskConfiguration, vdafs ?? new SupportedVdafs()),
            new InputShareSealer(DapVersion.Newest, taskId, taskConfiguration, Role.Leader, leaderHpkeConfig),
            new InputShareSealer(DapVersion.Newest, taskId, taskConfiguration, Role.Helper, helperHpkeConfig))
    {
    }

    internal DapReportBuilder(DapMeasurementSharder sharder, InputShareSealer leader, InputShareSealer helper)
    {
        _sharder = sharder;
        _leader = leader;
        _helper = helper;
    }

    /// <summary>Public extensions of every report, in increasing order of type.</summary>
    public IReadOnlyList<ReportExtension> PublicExtensions { get; init; } = [];

    /// <summary>Private extensions of every report that only the Leader sees, in increasing order of type.</summary>
    public IReadOnlyList<ReportExtension> LeaderPrivateExtensions { get; init; } = [];

    /// <summary>Private extensions of every report that only the Helper sees, in increasing order of type.</summary>
    public IReadOnlyList<ReportExtension> HelperPrivateExtensions { get; init; } = [];

    /// <summary>Makes a report with a random report ID, generated at the given instant rounded down to the time precision.</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The instant is before 1970.</exception>
    public Report Build(Measurement measurement, DateTimeOffset generatedAt) =>
        Build(measurement, Time.FromDateTimeOffset(generatedAt, _sharder.TimePrecision));

    /// <summary>Makes a report with a random report ID, or with the one that is given.</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    public Report Build(Measurement measurement, Time time, ReportId? reportId = null)
    {
        ReportId id = reportId ?? ReportId.Random();
        return Seal(id, time, _sharder.Shard(measurement, id));
    }

    /// <summary>Encrypts the shares, and clears them.</summary>
    internal Report Seal(ReportId reportId, Time time, ShardedReport shares)
    {
        ReportMetadata metadata = new(reportId, time, PublicExtensions);
        try
        {
            return new Report(
                metadata,
                shares.PublicShare,
                _leader.Seal(metadata, shares.PublicShare, new PlaintextInputShare(LeaderPrivateExtensions, shares.InputShares[0])),
                _helper.Seal(metadata, shares.PublicShare, new PlaintextInputShare(HelperPrivateExtensions, shares.InputShares[1])));
        }
        finally
        {
            foreach (byte[] share in shares.InputShares)
            {
                CryptographicOperations.ZeroMemory(share);
            }
        }
    }
}
