using Janus.Codec;
using Janus.Dap;
using Janus.Hpke;
using Janus.Messages;
using Janus.UnitTests.Messages;

namespace Janus.UnitTests.Dap;

[TestFixture]
public sealed class AggregateShareEncryptionTests
{
    private static readonly byte[] AggShare = [9, 8, 7];

    private readonly HpkeKeyPair _keyPair = HpkeKeyPair.Generate(HpkeKemId.P256HkdfSha256);
    private HpkeConfig _config = null!;

    [OneTimeSetUp]
    public void CreateConfig() => _config = HpkeConfigs.Create(
        new HpkeConfigId(200), HpkeConfigs.MandatorySuite with { Kem = HpkeKemId.P256HkdfSha256 }, _keyPair);

    [OneTimeTearDown]
    public void DisposeKeyPair() => _keyPair.Dispose();

    [Test]
    public void What_is_sealed_can_be_opened([Values(Role.Leader, Role.Helper)] Role server)
    {
        HpkeCiphertext ciphertext = Sealer(server).Seal(Samples.CollectionJobReq, AggShare);

        Assert.That(Opener(server).TryOpen(Samples.CollectionJobReq, ciphertext, out byte[]? opened), Is.True);
        Assert.That(opened, Is.EqualTo(AggShare));
    }

    [Test]
    public void The_authenticated_data_is_the_drafts_structure()
    {
        AggregateShareAad aad = new(Samples.TaskId, Samples.TaskConfiguration, Samples.CollectionJobReq);
        HpkeSender sender = new(_config.Suite(), _config.PublicKey.Span, DapVersion.Newest.AggregateShareInfo(Role.Leader));
        (byte[] enc, byte[] payload) = sender.Seal(WireMessage.Encode(aad), AggShare);

        Assert.That(
            Opener(Role.Leader).TryOpen(Samples.CollectionJobReq, new HpkeCiphertext(_config.Id, enc, payload), out byte[]? opened),
            Is.True);
        Assert.That(opened, Is.EqualTo(AggShare));
    }

    [Test]
    public void Anything_that_differs_is_refused()
    {
        HpkeCiphertext ciphertext = Sealer(Role.Leader).Seal(Samples.CollectionJobReq, AggShare);
        CollectionJobReq other = Samples.CollectionJobReq with { Query = Query.LeaderSelected };

        Assert.That(Opener(Role.Leader).TryOpen(other, ciphertext, out byte[]? share), Is.False);
        Assert.That(share, Is.Null);
        Assert.That(Opener(Role.Helper).TryOpen(Samples.CollectionJobReq, ciphertext, out _), Is.False);
        Assert.That(
            Opener(Role.Leader).TryOpen(Samples.CollectionJobReq, ciphertext with { ConfigId = new HpkeConfigId(1) }, out _),
            Is.False);

        using HpkeKeyPair otherKeyPair = HpkeKeyPair.Generate(HpkeKemId.P256HkdfSha256);
        HpkeConfig otherConfig = HpkeConfigs.Create(_config.Id, _config.Suite(), otherKeyPair);
        TaskConfiguration slash = new(Samples.TaskConfiguration.Fields with
        {
            LeaderAggregatorEndpoint = new Url(Samples.TaskConfiguration.LeaderAggregatorEndpoint + "/"),
        });
        AggregateShareOpener[] others =
        [
            new(DapVersion.Newest, TaskId.Random(), Samples.TaskConfiguration, Role.Leader, _config, _keyPair),
            new(DapVersion.Newest, Samples.TaskId, slash, Role.Leader, _config, _keyPair),
            new(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, Role.Leader, otherConfig, otherKeyPair),
        ];
        Assert.That(others.Select(opener => opener.TryOpen(Samples.CollectionJobReq, ciphertext, out _)), Is.All.False);
        byte[] changed = [.. ciphertext.Payload.ToArray()];
        changed[^1] ^= 1;
        Assert.That(Opener(Role.Leader).TryOpen(Samples.CollectionJobReq, ciphertext with { Payload = changed }, out _), Is.False);
    }

    private AggregateShareSealer Sealer(Role server) => new(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, server, _config);

    private AggregateShareOpener Opener(Role server) => new(DapVersion.Newest, Samples.TaskId, Samples.TaskConfiguration, server, _config, _keyPair);
}
