using Janus.Messages;
using static Janus.UnitTests.Messages.Samples;
using static Janus.UnitTests.Messages.WireCase;

namespace Janus.UnitTests.Messages;

/// <summary>At least one case for every message.</summary>
public static class MessageCases
{
    private const string Hex32 = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    public static IReadOnlyList<WireCase> All { get; } = [.. Basics(), .. Tasks(), .. Upload(), .. Aggregation(), .. Collection()];

    private static IEnumerable<WireCase> Basics() =>
    [
        Of(Samples.ReportId, ("report_id", ReportIdHex)),
        Of(Samples.TaskId, ("task_id", TaskIdHex)),
        Of(AggregationJobId.FromBytes(Convert.FromHexString(ReportIdHex)), ("aggregation_job_id", ReportIdHex)),
        Of(CollectionJobId.FromBytes(Convert.FromHexString(ReportIdHex)), ("collection_job_id", ReportIdHex)),
        Of(AggregateShareId.FromBytes(Convert.FromHexString(ReportIdHex)), ("aggregate_share_id", ReportIdHex)),
        Of(BatchId.FromBytes(Convert.FromHexString(Hex32)), ("batch_id", Hex32)),
        Of(BatchChecksum.FromBytes(Convert.FromHexString(Hex32)), ("checksum", Hex32)),
        Of(new HpkeConfigId(194), ("config_id", "c2")),
        Of(Samples.Ciphertext, CiphertextCut),
        Of(new Url("https://a.test"), ("length", "000e"), ("url", "68747470733a2f2f612e74657374")),
        Of(new TimePrecision(10), ("time_precision", "000000000000000a")),
        Of(new Time(ulong.MaxValue), ("time", "ffffffffffffffff")),
        Of(new Duration(11), ("duration", "000000000000000b")),
        Of(Samples.Interval, IntervalCut),
    ];

    private static IEnumerable<WireCase> Tasks() =>
    [
        Of(Samples.TaskConfiguration, TaskConfigurationCut),
        Of(TaskExtension.TaskInterval(Samples.Interval), [("extension_type", "0001"), ("extension_data length", "0010"), .. IntervalCut]),
        Of(new TaskIntervalTaskExtension(Samples.Interval), IntervalCut),
        Of(default(Prio3CountConfig)),
        Of(new Prio3SumConfig(1337), ("max_measurement", "0000000000000539")),
        Of(new Prio3SumVecConfig(10, 255, 3), ("length", "0000000a"), ("max_measurement", "00000000000000ff"), ("chunk_length", "00000003")),
        Of(new Prio3HistogramConfig(100, 10), ("length", "00000064"), ("chunk_length", "0000000a")),
        Of(new Prio3MultihotCountVecConfig(10, 3, 5), ("length", "0000000a"), ("chunk_length", "00000003"), ("max_weight", "0000000000000005")),
        Of(new Poplar1Config(256), ("bits", "0100")),
    ];

    private static IEnumerable<WireCase> Upload()
    {
        (string, string)[] config =
        [
            ("id", "c2"), ("kem_id", "0010"), ("kdf_id", "0001"), ("aead_id", "0003"),
            ("public_key length", "0002"), ("public_key", "0405"),
        ];
        HpkeConfig hpkeConfig = new(new HpkeConfigId(194), 0x0010, 0x0001, 0x0003, Bytes(4, 5));
        ReportUploadStatus status = new(Samples.ReportId, ReportError.ReportReplayed);
        return
        [
            Of(hpkeConfig, config),
            Of(new HpkeConfigList([hpkeConfig, hpkeConfig]), [("length", "0016"), .. config, .. config]),
            Of(new ReportExtension((ReportExtensionType)23, Bytes(1)), ("extension_type", "0017"), ("extension_data length", "0001"), ("extension_data", "01")),
            Of(Samples.Metadata, MetadataCut),
            Of(Samples.Report, ReportCut),
            Of(new Report(new ReportMetadata(Samples.ReportId, new Time(1), []), ReadOnlyMemory<byte>.Empty, Samples.Ciphertext, Samples.Ciphertext),
                [("report_id", ReportIdHex), ("time", "0000000000000001"), ("public_extensions length", "0000"), ("public_share length", "00000000"), .. CiphertextCut, .. CiphertextCut])
                .Named("without extensions and public share"),
            OpenEnded(new UploadRequest([Samples.Report, Samples.Report]), 2, [.. ReportCut, .. ReportCut]),
            Of(status, ("id", ReportIdHex), ("error", "02")),
            OpenEnded(new UploadErrors([status, status]), 2, ("id", ReportIdHex), ("error", "02"), ("id", ReportIdHex), ("error", "02")),
            Of(new PlaintextInputShare([new ReportExtension((ReportExtensionType)23, Bytes(1))], Bytes(0xfe, 0xff)),
                ("private_extensions length", "0005"), ("extension_type", "0017"), ("extension_data length", "0001"), ("extension_data", "01"),
                ("payload length", "00000002"), ("payload", "feff")),
            Of(new InputShareAad(Samples.TaskId, Samples.TaskConfiguration, Samples.Metadata, Bytes(0x0a, 0x0b)),
                [("task_id", TaskIdHex), .. TaskConfigurationCut, .. MetadataCut, ("public_share length", "00000002"), ("public_share", "0a0b")]),
        ];
    }

    private static IEnumerable<WireCase> Aggregation()
    {
        AggregationJobExtension batch = AggregationJobExtension.LeaderSelectedBatchId(BatchId.FromBytes(Convert.FromHexString(Hex32)));
        (string, string)[] batchCut = [("extension_type", "0001"), ("extension_data length", "0020"), ("extension_data", Hex32)];
        AggregationJobInitReqHeader header = new(new VerificationKeyId(9), Bytes(0x71, 0x72), [batch]);
        (string, string)[] headerCut =
            [("verification_key_id", "09"), ("agg_param length", "00000002"), ("agg_param", "7172"), ("extensions length", "0024"), .. batchCut];
        VerifyContinue next = new(Samples.ReportId, Bytes(0x5a));
        (string, string)[] nextCut = [("report_id", ReportIdHex), ("payload length", "00000001"), ("payload", "5a")];
        (string, string)[] continueCut = [("report_id", ReportIdHex), ("verify_resp_type", "00"), ("payload length", "00000002"), ("payload", "0102")];
        (string, string)[] finishCut = [("report_id", ReportIdHex), ("verify_resp_type", "01")];
        (string, string)[] rejectCut = [("report_id", ReportIdHex), ("verify_resp_type", "02"), ("report_error", "06")];
        VerifyResp[] resps =
            [VerifyResp.Continue(Samples.ReportId, Bytes(1, 2)), VerifyResp.Finish(Samples.ReportId), VerifyResp.Reject(Samples.ReportId, ReportError.VdafVerifyError)];
        return
        [
            Of(batch, batchCut),
            Of(Samples.ReportShare, ReportShareCut),
            Of(Samples.VerifyInit, VerifyInitCut),
            Of(new VerificationKeyId(9), ("verification_key_id", "09")),
            Of(header, headerCut),
            OpenEnded(new AggregationJobInitReq(header, [Samples.VerifyInit, Samples.VerifyInit]), 2, [.. headerCut, .. VerifyInitCut, .. VerifyInitCut]),
            Of(next, nextCut),
            Of(new AggregationJobContinueReqHeader(3), ("step", "0003")),
            OpenEnded(new AggregationJobContinueReq(3, [next]), 1, [("step", "0003"), .. nextCut]),
            Of(resps[0], continueCut).Named("continue"),
            Of(resps[1], finishCut).Named("finish"),
            Of(resps[2], rejectCut).Named("reject"),
            OpenEnded(new AggregationJobResp(resps), 3, [.. continueCut, .. finishCut, .. rejectCut]),
        ];
    }

    private static IEnumerable<WireCase> Collection()
    {
        BatchId batchId = BatchId.FromBytes(Convert.FromHexString(Hex32));
        BatchChecksum checksum = BatchChecksum.FromBytes(Convert.FromHexString(TaskIdHex));
        return
        [
            Of(Query.LeaderSelected, ("batch_mode", "02"), ("config length", "0000")).Named("leader-selected"),
            Of(Query.TimeInterval(Samples.Interval), [("batch_mode", "01"), ("config length", "0010"), .. IntervalCut]).Named("time-interval"),
            Of(new TimeIntervalQueryConfig(Samples.Interval), IntervalCut),
            Of(new TimeIntervalBatchSelectorConfig(Samples.Interval), IntervalCut),
            Of(new LeaderSelectedBatchSelectorConfig(batchId), ("batch_id", Hex32)),
            Of(BatchSelector.LeaderSelected(batchId), ("batch_mode", "02"), ("config length", "0020"), ("batch_id", Hex32)).Named("leader-selected"),
            Of(BatchSelector.TimeInterval(Samples.Interval), [("batch_mode", "01"), ("config length", "0010"), .. IntervalCut]).Named("time-interval"),
            Of(new CollectionJobExtension((CollectionJobExtensionType)2, Bytes(0x55)), ("extension_type", "0002"), ("extension_data length", "0001"), ("extension_data", "55")),
            Of(Samples.CollectionJobReq, CollectionJobReqCut),
            Of(new CollectionJobResp(300, Samples.Interval, Samples.Ciphertext, Samples.Ciphertext), [("report_count", "000000000000012c"), .. IntervalCut, .. CiphertextCut, .. CiphertextCut]),
            Of(new AggregateShareReq(Samples.CollectionJobReq, BatchSelector.LeaderSelected(batchId), 300, checksum),
                [.. CollectionJobReqCut, ("batch_mode", "02"), ("config length", "0020"), ("batch_id", Hex32), ("report_count", "000000000000012c"), ("checksum", TaskIdHex)]),
            Of(new AggregateShare(Samples.Ciphertext), CiphertextCut),
            Of(new AggregateShareAad(Samples.TaskId, Samples.TaskConfiguration, Samples.CollectionJobReq), [("task_id", TaskIdHex), .. TaskConfigurationCut, .. CollectionJobReqCut]),
        ];
    }
}
