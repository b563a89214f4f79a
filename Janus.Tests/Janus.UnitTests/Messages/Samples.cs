using Janus.Messages;

namespace Janus.UnitTests.Messages;

/// <summary>Small messages that the tests put together into larger ones.</summary>
internal static class Samples
{
    public const string ReportIdHex = "000102030405060708090a0b0c0d0e0f";
    public const string TaskIdHex = "f0163447364ccf1bc0e3affcca6873c9c381f64acdf9020662f83f46c07219e7";

    public static ReportId ReportId { get; } = ReportId.FromBytes(Convert.FromHexString(ReportIdHex));

    public static TaskId TaskId { get; } = TaskId.FromBytes(Convert.FromHexString(TaskIdHex));

    public static HpkeCiphertext Ciphertext { get; } = new(new HpkeConfigId(7), Bytes(0xe1, 0xe2), Bytes(0xc1, 0xc2, 0xc3));

    public static (string, string)[] CiphertextCut { get; } =
        [("config_id", "07"), ("enc length", "0002"), ("enc", "e1e2"), ("payload length", "00000003"), ("payload", "c1c2c3")];

    public static ReportMetadata Metadata { get; } = new(
        ReportId, new Time(17_419_860), [new ReportExtension((ReportExtensionType)23, Bytes(0xaa))]);

    public static (string, string)[] MetadataCut { get; } =
    [
        ("report_id", ReportIdHex), ("time", "000000000109ce54"), ("public_extensions length", "0005"),
        ("extension_type", "0017"), ("extension_data length", "0001"), ("extension_data", "aa"),
    ];

    public static Report Report { get; } = new(Metadata, Bytes(0x0a, 0x0b), Ciphertext, Ciphertext);

    public static (string, string)[] ReportCut { get; } =
        [.. MetadataCut, ("public_share length", "00000002"), ("public_share", "0a0b"), .. CiphertextCut, .. CiphertextCut];

    public static ReportShare ReportShare { get; } = new(Metadata, Bytes(0x0a, 0x0b), Ciphertext);

    public static (string, string)[] ReportShareCut { get; } =
        [.. MetadataCut, ("public_share length", "00000002"), ("public_share", "0a0b"), .. CiphertextCut];

    public static VerifyInit VerifyInit { get; } = new(ReportShare, Bytes(0x99));

    public static (string, string)[] VerifyInitCut { get; } =
        [.. ReportShareCut, ("payload length", "00000001"), ("payload", "99")];

    public static Interval Interval { get; } = new(new Time(123_456_789), new Duration(11));

    public static (string, string)[] IntervalCut { get; } =
        [("start", "00000000075bcd15"), ("duration", "000000000000000b")];

    public static CollectionJobReq CollectionJobReq { get; } = new(
        Query.TimeInterval(Interval), Bytes(0x71, 0x72), [new CollectionJobExtension((CollectionJobExtensionType)2, Bytes(0x55))]);

    public static (string, string)[] CollectionJobReqCut { get; } =
    [
        ("batch_mode", "01"), ("config length", "0010"), .. IntervalCut,
        ("agg_param length", "00000002"), ("agg_param", "7172"),
        ("extensions length", "0005"), ("extension_type", "0002"), ("extension_data length", "0001"), ("extension_data", "55"),
    ];

    public static TaskConfiguration TaskConfiguration { get; } = new(new TaskConfigurationFields
    {
        TaskInfo = Bytes(0x74, 0x31),
        LeaderAggregatorEndpoint = new Url("https://l.test/%7Ea/"),
        HelperAggregatorEndpoint = new Url("https://H.test"),
        TimePrecision = new TimePrecision(3600),
        MinBatchSize = 100,
        BatchMode = BatchMode.TimeInterval,
        VdafType = VdafType.Prio3Sum,
        VdafConfiguration = Bytes(0, 0, 0, 0, 0, 0, 0, 255),
        Extensions = [TaskExtension.TaskInterval(Interval)],
    });

    public static (string, string)[] TaskConfigurationCut { get; } =
    [
        ("task_info length", "02"), ("task_info", "7431"),
        ("leader_aggregator_endpoint length", "0014"), ("leader_aggregator_endpoint", "68747470733a2f2f6c2e746573742f253745612f"),
        ("helper_aggregator_endpoint length", "000e"), ("helper_aggregator_endpoint", "68747470733a2f2f482e74657374"),
        ("time_precision", "0000000000000e10"), ("min_batch_size", "0000000000000064"), ("batch_mode", "01"),
        ("batch_config length", "0000"), ("vdaf_type", "00000002"),
        ("vdaf_configuration length", "0008"), ("vdaf_configuration", "00000000000000ff"),
        ("extensions length", "0014"), ("extension_type", "0001"), ("extension_data length", "0010"), .. IntervalCut,
    ];

    public static byte[] Bytes(params byte[] bytes) => bytes;
}
