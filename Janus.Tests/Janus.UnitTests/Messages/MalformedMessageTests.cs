using Janus.Codec;
using Janus.Messages;

namespace Janus.UnitTests.Messages;

[TestFixture]
public sealed class MalformedMessageTests
{
    private const string Id = Samples.ReportIdHex;

    private static readonly TestCaseData[] TooShort =
    [
        Case<HpkeCiphertext>("07 0000 00000001 c1", "enc"),
        Case<HpkeCiphertext>("07 0001 e1 00000000", "payload"),
        Case<Url>("0000", "Url"),
        Case<TimePrecision>("0000000000000000", "time_precision"),
        Case<HpkeConfig>("c2 0010 0001 0003 0000", "public_key"),
        Case<HpkeConfigList>("0000", "HpkeConfigList"),
        Case<HpkeConfigList>("0009 c2 0010 0001 0003 0000", "HpkeConfigList"),
        Case<PlaintextInputShare>("0000 00000000", "payload"),
        Case<VerifyContinue>($"{Id} 00000000", "payload"),
        Case<VerifyResp>($"{Id} 00 00000000", "payload"),
        Case<VerifyInit>($"{Id} 0000000000000001 0000 00000000 07 0001 e1 00000001 c1 00000000", "payload"),
        Case<TaskConfiguration>("00 0001 61 0001 61 0000000000000001 0000000000000001 01 0000 00000001 0000 0000", "task_info"),
        Case<TaskConfiguration>("01 61 0000 0001 61 0000000000000001 0000000000000001 01 0000 00000001 0000 0000", "leader_aggregator_endpoint"),
        Case<TaskConfiguration>("01 61 0001 61 0000 0000000000000001 0000000000000001 01 0000 00000001 0000 0000", "helper_aggregator_endpoint"),
    ];

    private static readonly TestCaseData[] Malformed =
    [
        Case<Url>("0001 80", "Url"),
        Case<VerifyResp>($"{Id} 03", "verify_resp_type"),
        Case<VerifyResp>($"{Id} ff", "verify_resp_type"),
        Case<ReportMetadata>($"{Id} 0000000000000001 0003 0017 00", "extension_data"),
        Case<ReportMetadata>($"{Id} 0000000000000001 0005 0017 0002 aa", "extension_data"),
        Case<HpkeConfigList>("000b c2 0010 0001 0003 0001 04 00", "kem_id"),
    ];

    [TestCaseSource(nameof(TooShort))]
    public void A_byte_string_below_its_minimum_is_refused(Func<object> decode, string field) =>
        Assert.That(decode, Throws.TypeOf<DecodeException>().With.Property(nameof(DecodeException.Field)).EqualTo(field));

    [TestCaseSource(nameof(Malformed))]
    public void A_malformed_structure_is_refused_by_field(Func<object> decode, string field) =>
        Assert.That(decode, Throws.TypeOf<DecodeException>().With.Property(nameof(DecodeException.Field)).EqualTo(field));

    [Test]
    public void An_error_in_a_nested_vector_tells_the_offset_in_the_whole_message()
    {
        byte[] encoding = Hex($"{Id} 0000000000000001 0005 0017 0002 aa");

        Assert.That(
            () => WireMessage.Decode<ReportMetadata>(encoding),
            Throws.TypeOf<DecodeException>().With.Property(nameof(DecodeException.Offset)).EqualTo(30));
    }

    [Test]
    public void Code_points_from_registries_that_may_grow_decode()
    {
        ReportUploadStatus status = WireMessage.Decode<ReportUploadStatus>(Hex($"{Id} c8"));
        Query query = WireMessage.Decode<Query>(Hex("c8 0000"));

        Assert.That((byte)status.Error, Is.EqualTo(200));
        Assert.That((byte)query.BatchMode, Is.EqualTo(200));
    }

    [Test]
    public void An_extension_list_beyond_its_length_prefix_cannot_be_encoded()
    {
        ReportExtension extension = new((ReportExtensionType)1, new byte[40_000]);

        Assert.That(
            () => WireMessage.Encode(Samples.Metadata with { PublicExtensions = [extension, extension] }),
            Throws.InstanceOf<ArgumentException>());
    }

    [Test]
    public void An_hpke_config_list_without_configurations_cannot_be_encoded() =>
        Assert.That(() => WireMessage.Encode(new HpkeConfigList([])), Throws.InvalidOperationException);

    [Test]
    public void A_continue_answer_without_message_cannot_be_made() =>
        Assert.That(() => VerifyResp.Continue(Samples.ReportId, ReadOnlyMemory<byte>.Empty), Throws.ArgumentException);

    private static TestCaseData Case<T>(string hex, string field)
        where T : IWireMessage<T> =>
        new TestCaseData((Func<object>)(() => WireMessage.Decode<T>(Hex(hex))), field).SetArgDisplayNames(typeof(T).Name, field, hex);

    private static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
