using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class InputShareEncryptionTests
{
    private static readonly byte[] PublicShare = [0x0a, 0x0b];
    private static readonly PlaintextInputShare Share = new([], Samples.Bytes(1, 2, 3));

    private readonly HpkeKeyPair _keyPair = HpkeKeyPair.Generate(HpkeKemId.X25519HkdfSha256);
    private HpkeConfig _config = null!;

    [OneTimeSetUp]
    public void CreateConfig() => _config = HpkeConfigs.Create(new HpkeConfigId(7), HpkeConfigs.MandatorySuite, _keyPair);

    [OneTimeTearDown]
    public void DisposeKeyPair() => _keyPair.Dispose();

    [Test]
    public void What_is_sealed_can_be_opened([Values(Role.Leader, Role.Helper)] Role server)
    {
        HpkeCiphertext ciphertext = Sealer(server).Seal(Samples.Metadata, PublicShare, Share);

        bool opened = Opener(server).TryOpen(Samples.Metadata, PublicShare, ciphertext, out PlaintextInputShare? share, out ReportError error);

        Assert.That(opened, Is.True);
        Assert.That(share, Is.EqualTo(Share));
        Assert.That(error, Is.EqualTo(ReportError.Reserved));
        Assert.That(ciphertext.ConfigId, Is.EqualTo(_config.Id));
    }

    [Test]
    public void The_authenticated_data_is_the_drafts_structure()
    {
        InputShareAad aad = new(Samples.TaskId, Samples.TaskConfiguration, Samples.Metadata, PublicShare);
        HpkeSender sender = new(HpkeConfigs.MandatorySuite, _keyPair.PublicKey.Span, DapVersion.Newest.InputShareInfo(Role.Helper));
        (byte[] enc, byte[] payload) = sender.Seal(WireMessage.Encode(aad), WireMessage.Encode(Share));

        bool opened = Opener(Role.Helper).TryOpen(
            Samples.Metadata, PublicShare, new HpkeCiphertext(_config.Id, enc, payload), out PlaintextInputShare? share, out _);

        Assert.That(opened, Is.True);
        Assert.That(share, Is.EqualTo(Share));
    }

    [Test]
    public void Anything_that_differs_is_a_decryption_error()
    {
        HpkeCiphertext ciphertext = Sealer(Role.Leader).Seal(Samples.Metadata, PublicShare, Share);
        ReportMetadata later = Samples.Metadata with { Time = new Time(1) };
        TaskConfiguration slash = new(Samples.TaskConfiguration.Fields with { HelperAggregatorEndpoint = new Url("https://H.test/") });
        InputShareOpener opener = Opener(Role.Leader);

        Assert.That(ErrorOf(opener, later, PublicShare, ciphertext), Is.EqualTo(ReportError.HpkeDecryptError), "metadata");
        Assert.That(ErrorOf(opener, Samples.Metadata, [1], ciphertext), Is.EqualTo(ReportError.HpkeDecryptError), "public share");
        Assert.That(ErrorOf(Opener(Role.Helper), Samples.Metadata, PublicShare, ciphertext), Is.EqualTo(ReportError.HpkeDecryptError), "role");
        Assert.That(
            ErrorOf(new InputShareOpener(DapVersion.Newest, TaskId.Random(), Samples.TaskConfiguration, Recipients(Role.Leader)), Samples.Metadata, PublicShare, ciphertext),
            Is.EqualTo(ReportError.HpkeDecryptError), "task");
        Assert.That(
            ErrorOf(new InputShareOpener(DapVersion.Newest, Samples.TaskId, slash, Recipients(Role.Leader)), Samples.Metadata, PublicShare, ciphertext),
            Is.EqualTo(ReportError.HpkeDecryptError), "configuration");
        Assert.That(
            ErrorOf(opener, Samples.Metadata, PublicShare, ciphertext with { Payload = Samples.Bytes(1) }),
            Is.EqualTo(ReportError.HpkeDecryptError), "payload");
    }

    [Test]
    public void An_unknown_configuration_can_be_told_and_is_a_decryption_error()
    {
        HpkeCiphertext ciphertext = Sealer(Role.Leader).Seal(Samples.Metadata, PublicShare, Share) with { ConfigId = new HpkeConfigId(8) };
        InputShareOpener opener = Opener(Role.Leader);

        Assert.That(opener.Knows(new HpkeConfigId(7)), Is.True);
        Assert.That(opener.Knows(ciphertext.ConfigId), Is.False);
        Assert.That(ErrorOf(opener, Samples.Metadata, PublicShare, ciphertext), Is.EqualTo(ReportError.HpkeDecryptError));
    }

    [TestCase("000000000001ff" + "00", TestName = "A_trailing_byte_in_the_plaintext_is_an_invalid_message")]
    [TestCase("000000000000", TestName = "An_empty_input_share_is_an_invalid_message")]
    [TestCase("", TestName = "An_empty_plaintext_is_an_invalid_message")]
    public void A_malformed_plaintext_is_an_invalid_message(string plaintext)
    {
        InputShareAad aad = new(Samples.TaskId, Samples.TaskConfiguration, Samples.Metadata, PublicShare);
        HpkeSender sender = new(HpkeConfigs.MandatorySuite, _keyPair.PublicKey.Span, DapVersion.Newest.InputShareInfo(Role.Leader));
        (byte[] enc, byte[] payload) = sender.Seal(WireMessage.Encode(aad), Convert.FromHexString(plaintext));

        Assert.That(
            ErrorOf(Opener(Role.Leader), Samples.Metadata, PublicShare, new HpkeCiphertext(_config.Id, enc, payload)),
            Is.EqualTo(ReportError.InvalidMessage));
    }

    [Test]
    public void Two_configurations_with_one_id_are_refused() =>
        Assert.That(
            () => new InputShareRecipients(DapVersion.Newest, Role.Leader, [(_config, _keyPair), (_config, _keyPair)]),
            Throws.ArgumentException);

    [Test]
    public void The_first_supported_configuration_is_chosen()
    {
        HpkeConfig unknown = new(new HpkeConfigId(1), 0x7777, 1, 1, Samples.Bytes(1));

        Assert.That(new HpkeConfigList([unknown, _config]).FirstSupported(), Is.SameAs(_config));
        Assert.That(new HpkeConfigList([unknown]).FirstSupported(), Is.Null);
    }

    [Test]
    public void A_configuration_is_not_made_for_another_kem() =>
        Assert.That(
            () => HpkeConfigs.Create(new HpkeConfigId(1), HpkeConfigs.MandatorySuite with { Kem = HpkeKemId.P256HkdfSha256 }, _keyPair),
            Throws.ArgumentException);

    private static ReportError ErrorOf(InputShareOpener opener, ReportMetadata metadata, byte[] publicShare, HpkeCiphertext ciphertext)
    {
        Assert.That(opener.TryOpen(metadata, publicShare, ciphertext, out PlaintextInputShare? share, out ReportError error), Is.False);
        Assert.That(share, Is.Null);
        return error;
    }

    private InputShareSealer Sealer(Role server) => new(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, server, _config);

    private InputShareOpener Opener(Role server) => new(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, Recipients(server));

    private InputShareRecipients Recipients(Role server) => new(DapVersion.Newest, server, [(_config, _keyPair)]);
}
