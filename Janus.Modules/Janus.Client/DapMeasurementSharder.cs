using Janus.Dap;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Client;

/// <summary>Shards measurements of one task: the first half of DAP §4.4.2 (upload-request), which needs no HPKE configuration.</summary>
internal sealed class DapMeasurementSharder
{
    private readonly IVdaf _vdaf;
    private readonly byte[] _context;

    /// <exception cref="ArgumentException">The task's configuration is not valid.</exception>
    /// <exception cref="UnsupportedVdafException">The task's VDAF is not supported.</exception>
    public DapMeasurementSharder(TaskId taskId, TaskConfiguration taskConfiguration, SupportedVdafs vdafs)
    {
        TaskConfigurationRules.ThrowIfMistaken(taskConfiguration);
        _vdaf = vdafs.Create(taskConfiguration);
        _context = DapVersion.Newest.VdafContext(taskId);
        TimePrecision = taskConfiguration.TimePrecision;
    }

    public TimePrecision TimePrecision { get; }

    /// <exception cref="InvalidMeasurementException">The VDAF does not accept the measurement.</exception>
    public ShardedReport Shard(Measurement measurement, ReportId reportId)
    {
        Span<byte> nonce = stackalloc byte[ReportId.Length];
        reportId.CopyTo(nonce);
        return _vdaf.Shard(_context, measurement, nonce);
    }

    /// <summary>Shards several measurements at a time.</summary>
    /// <exception cref="InvalidMeasurementException">The VDAF does not accept one of the measurements.</exception>
    public ShardedReport[] Shard(ReadOnlySpan<Measurement> measurements, ReadOnlySpan<ReportId> reportIds)
    {
        byte[] nonces = new byte[reportIds.Length * ReportId.Length];
        for (int i = 0; i < reportIds.Length; i++)
        {
            reportIds[i].CopyTo(nonces.AsSpan(i * ReportId.Length));
        }

        return _vdaf.Shard(_context, measurements, nonces);
    }
}
