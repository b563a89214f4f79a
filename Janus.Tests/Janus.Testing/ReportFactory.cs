using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.Vdaf;

namespace Janus.Testing;

/// <summary>Makes reports as a Client does, valid ones and others, from nothing but the VDAF, HPKE and the messages.</summary>
public sealed class ReportFactory
{
    private readonly TestTask _task;
    private readonly HpkeConfig _leader;
    private readonly HpkeConfig _helper;
    private readonly Time _time;

    /// <param name="task">The task.</param>
    /// <param name="leader">The Leader's configuration; any that nobody can open, when omitted.</param>
    /// <param name="helper">The Helper's configuration; any that nobody can open, when omitted.</param>
    /// <param name="time">The time of reports that name none.</param>
    public ReportFactory(TestTask task, HpkeConfig? leader, HpkeConfig? helper, Time time)
    {
        _task = task;
        _leader = leader ?? Unopenable();
        _helper = helper ?? Unopenable();
        _time = time;
    }

    /// <summary>Valid reports, one for each measurement.</summary>
    public MadeReport[] Make(params ulong[] measurements)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        return [.. measurements.Select(measurement => Make(new ReportShape { Measurement = measurement }))];
    }

    /// <summary>Makes one report.</summary>
    public MadeReport Make(ReportShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ReportId id = shape.Id ?? ReportId.Random();
        ShardedReport sharded = _task.Vdaf.Shard(_task.Context, Measurement.FromNumber(shape.Measurement), id.ToArray());
        ReportMetadata metadata = new(id, shape.Time ?? _time, shape.PublicExtensions);
        byte[] publicShare = shape.PublicShare(sharded.PublicShare);
        byte[] leaderShare = shape.InputShare(sharded.InputShares[0]);
        byte[] helperShare = shape.InputShare(sharded.InputShares[1]);
        Report report = new(
            metadata,
            publicShare,
            Seal(_leader, Role.Leader, metadata, publicShare, leaderShare, shape),
            Seal(_helper, Role.Helper, metadata, publicShare, helperShare, shape));
        return new MadeReport(report, leaderShare, helperShare);
    }

    /// <summary>The body of an upload request.</summary>
    public static byte[] UploadBody(params IEnumerable<MadeReport> reports) =>
        WireMessage.Encode(new UploadRequest([.. reports.Select(report => report.Report)]));

    private HpkeCiphertext Seal(
        HpkeConfig config, Role server, ReportMetadata metadata, byte[] publicShare, byte[] inputShare, ReportShape shape)
    {
        byte[] plaintext = shape.Plaintext(WireMessage.Encode(new PlaintextInputShare(shape.PrivateExtensions, inputShare)));
        byte[] aad = WireMessage.Encode(new InputShareAad(shape.SealedFor ?? _task.Id, _task.Configuration, metadata, publicShare));
        HpkeSender sender = new(config.Suite(), config.PublicKey.Span, DapVersion.Newest.InputShareInfo(server));
        (byte[] enc, byte[] ciphertext) = sender.Seal(aad, plaintext);
        return shape.Ciphertext(new HpkeCiphertext(config.Id, enc, ciphertext));
    }

    private static HpkeConfig Unopenable()
    {
        using HpkeKeyPair pair = HpkeKeyPair.Generate(Dap.HpkeConfigs.MandatorySuite.Kem);
        return Dap.HpkeConfigs.Create(new HpkeConfigId(77), Dap.HpkeConfigs.MandatorySuite, pair);
    }
}
